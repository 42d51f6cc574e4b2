// Which prefixes the decision process has touched, in order, once for all neighbours: each reads on
// from where it was, so that a change costs the same with one neighbour and with a thousand. What
// all have read is forgotten.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "models/bgp/decision.h"
#include "models/net/address.h"

namespace seatrial::bgp {

class ChangeLog {
 public:
  struct Change {
    net::Prefix prefix;
    bool best = false;  // the best path, and not only one of the others
    // Of the best path. Only to be compared: its session may be gone.
    const PathOrigin* origin = nullptr;
  };

  class Reader {
   public:
    explicit Reader(ChangeLog& log) : log_(log) { log.readers_.push_back(this); }
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;
    ~Reader() { std::erase(log_.readers_, this); }

    // Reads what is added from now on, until it stops.
    void start() {
      active_ = true;
      at_ = log_.end();
    }
    void stop() { active_ = false; }
    // f(const Change&) for each that is new.
    template <typename F>
    void read(F f) {
      const auto from = std::exchange(at_, log_.end());
      if (from == at_) return;
      log_.for_each_since(from, f);
      if (log_.size() >= worth_trimming) log_.trim();
    }

   private:
    friend class ChangeLog;
    ChangeLog& log_;
    std::uint64_t at_ = 0;
    bool active_ = false;
  };

  void add(const Change& change) { changes_.push_back(change); }
  std::size_t size() const { return changes_.size(); }
  // The number of all that were ever added.
  std::uint64_t end() const { return first_ + changes_.size(); }
  // f(const Change&) for each from the `from`th on, if it is still there.
  template <typename F>
  void for_each_since(std::uint64_t from, F f) const {
    const auto skipped = from < first_ ? 0 : from - first_;
    std::for_each(changes_.begin() + static_cast<std::ptrdiff_t>(skipped), changes_.end(), f);
  }
  // Forgets what all have read.
  void trim() {
    auto read = end();
    for (const auto* reader : readers_) {
      if (reader->active_) read = std::min(read, reader->at_);
    }
    const auto gone = read < first_ ? 0 : read - first_;
    first_ += gone;
    if (gone == changes_.size()) {
      std::vector<Change>().swap(changes_);  // and gives the memory back
    } else {
      changes_.erase(changes_.begin(), changes_.begin() + static_cast<std::ptrdiff_t>(gone));
    }
  }

 private:
  static constexpr std::size_t worth_trimming = 1024;

  std::vector<Change> changes_;
  std::uint64_t first_ = 0;
  std::vector<Reader*> readers_;
};

}  // namespace seatrial::bgp
