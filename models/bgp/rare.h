// A list that nearly every set of attributes lacks: one pointer while it is empty, otherwise used
// as the vector that it holds.
#pragma once

#include <compare>
#include <initializer_list>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace seatrial::bgp {

template <typename T>
class RareList {
 public:
  using value_type = T;

  RareList() = default;
  RareList(std::initializer_list<T> items) : RareList(std::vector<T>(items)) {}
  RareList(std::vector<T> items)  // NOLINT(google-explicit-constructor): it is one
      : list_(items.empty() ? nullptr : std::make_unique<std::vector<T>>(std::move(items))) {}
  RareList(const RareList& other) : RareList(other.vector()) {}
  RareList(RareList&&) noexcept = default;
  RareList& operator=(RareList other) noexcept {
    list_ = std::move(other.list_);
    return *this;
  }
  ~RareList() = default;

  const std::vector<T>& vector() const {
    static const std::vector<T> none;
    return list_ ? *list_ : none;
  }
  operator const std::vector<T>&() const {
    return vector();
  }  // NOLINT(google-explicit-constructor)
  // To be changed; costs an allocation.
  std::vector<T>& edit() {
    if (!list_) list_ = std::make_unique<std::vector<T>>();
    return *list_;
  }

  bool empty() const { return !list_ || list_->empty(); }
  std::size_t size() const { return vector().size(); }
  auto begin() const { return vector().begin(); }
  auto end() const { return vector().end(); }
  const T& operator[](std::size_t i) const { return vector()[i]; }
  const T& front() const { return vector().front(); }
  void push_back(T item) { edit().push_back(std::move(item)); }
  void clear() { list_.reset(); }

  friend bool operator==(const RareList& a, const RareList& b) { return a.vector() == b.vector(); }
  friend auto operator<=>(const RareList& a, const RareList& b) {
    return a.vector() <=> b.vector();
  }

 private:
  std::unique_ptr<std::vector<T>> list_;
};

template <typename T>
class RareValue {
 public:
  RareValue() = default;
  RareValue(std::nullopt_t) {}  // NOLINT(google-explicit-constructor): as std::optional's
  RareValue(T value)            // NOLINT(google-explicit-constructor)
      : value_(std::make_unique<T>(std::move(value))) {}
  RareValue(const std::optional<T>& value)  // NOLINT(google-explicit-constructor)
      : value_(value ? std::make_unique<T>(*value) : nullptr) {}
  RareValue(const RareValue& other) : value_(other ? std::make_unique<T>(*other) : nullptr) {}
  RareValue(RareValue&&) noexcept = default;
  RareValue& operator=(RareValue other) noexcept {
    value_ = std::move(other.value_);
    return *this;
  }
  ~RareValue() = default;

  operator std::optional<T>() const {  // NOLINT(google-explicit-constructor)
    return value_ ? std::optional<T>(*value_) : std::nullopt;
  }
  explicit operator bool() const { return value_ != nullptr; }
  bool has_value() const { return value_ != nullptr; }
  const T& operator*() const { return *value_; }
  const T* operator->() const { return value_.get(); }
  void reset() { value_.reset(); }

  friend bool operator==(const RareValue& a, const RareValue& b) {
    return a && b ? *a == *b : a.has_value() == b.has_value();
  }

 private:
  std::unique_ptr<T> value_;
};

}  // namespace seatrial::bgp
