// The API server's storage of one kind, and the informer through which every component sees it with
// a clock of its own: an event reaches each watcher after that watcher's latency, in order. The
// list and watch requests themselves are not sent over the simulated network; their delay is the
// Latency that each watcher is given.
#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "models/io/host.h"
#include "models/kubernetes/objects.h"

namespace seatrial::kubernetes {

enum class EventType : std::uint8_t { added, modified, deleted };

template <typename T>
using Ptr = std::shared_ptr<const T>;

template <typename T>
struct Event {
  EventType type;
  Ptr<T> object;  // for deleted: its last state
};

// Uniform in [low, high].
struct Latency {
  Duration low = std::chrono::milliseconds(2);
  Duration high = std::chrono::milliseconds(20);
};

template <typename T>
class Store {
 public:
  using Map = std::map<ObjectKey, Ptr<T>>;

  class Watcher {
   public:
    virtual ~Watcher() = default;
    virtual void on_event(const Event<T>& event) = 0;
  };

  // `version` is shared by all stores of one API server.
  Store(io::Host& host, std::uint64_t& version) : host_(host), version_(version) {}
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  const Map& all() const { return objects_; }
  Ptr<T> get(const ObjectKey& key) const {
    const auto found = objects_.find(key);
    return found == objects_.end() ? nullptr : found->second;
  }

  // False when an object of that name exists.
  bool create(T object) {
    const ObjectKey key = object.meta.key();
    if (objects_.contains(key)) return false;
    object.meta.resource_version = object.meta.sequence = ++version_;
    object.meta.created = host_.now();
    if (object.meta.uid.empty()) object.meta.uid = make_uid();
    put(EventType::added, key, std::move(object));
    return true;
  }

  // change(T&) on a copy, then stores it. False when there is none of that name.
  template <typename F>
  bool update(const ObjectKey& key, F&& change) {
    const auto found = objects_.find(key);
    if (found == objects_.end()) return false;
    T copy = *found->second;
    change(copy);
    copy.meta.resource_version = ++version_;
    put(EventType::modified, key, std::move(copy));
    return true;
  }

  bool remove(const ObjectKey& key) {
    const auto found = objects_.find(key);
    if (found == objects_.end()) return false;
    const Ptr<T> last = found->second;
    objects_.erase(found);
    ++version_;
    notify({EventType::deleted, last});
    return true;
  }

  void subscribe(Watcher* watcher) { watchers_.push_back(watcher); }
  void unsubscribe(Watcher* watcher) { std::erase(watchers_, watcher); }

 private:
  void put(EventType type, const ObjectKey& key, T object) {
    auto stored = std::make_shared<const T>(std::move(object));
    objects_[key] = stored;
    notify({type, std::move(stored)});
  }
  void notify(const Event<T>& event) {
    for (std::size_t i = 0; i < watchers_.size(); ++i) watchers_[i]->on_event(event);
  }
  std::string make_uid() {
    static constexpr char digits[] = "0123456789abcdef";
    io::RandomStream& random = host_.random("kubernetes/uid");
    std::string uid = "00000000-0000-4000-8000-000000000000";
    for (std::size_t i = 0; i < uid.size(); ++i) {
      if (uid[i] != '-' && i != 14 && i != 19) uid[i] = digits[random.below(16)];
    }
    return uid;
  }

  io::Host& host_;
  std::uint64_t& version_;
  Map objects_;
  std::vector<Watcher*> watchers_;
};

// A component's own copy of one kind, as old as its watch is late. The handler is called after the
// cache took the event; existing objects come first, as added.
template <typename T>
class Informer : private Store<T>::Watcher {
 public:
  using Handler = std::function<void(const Event<T>&)>;

  // `name` names the random stream of the latency on `host`.
  Informer(io::Host& host, Store<T>& store, const std::string& name, Latency latency,
           Handler handler)
      : host_(host),
        store_(store),
        random_(host.random("watch/" + name)),
        latency_(latency),
        handler_(std::move(handler)),
        timer_(host.timer([this] { deliver(); })) {
    // The list is one answer: all of it arrives at one time.
    const TimePoint due = next_due();
    for (const auto& [key, object] : store_.all()) {
      pending_.push_back({due, {EventType::added, object}});
    }
    last_of_list_ = pending_.size();
    synced_ = pending_.empty();
    if (!pending_.empty()) timer_->arm(due);
    store_.subscribe(this);
  }
  ~Informer() override { store_.unsubscribe(this); }
  Informer(const Informer&) = delete;
  Informer& operator=(const Informer&) = delete;

  const typename Store<T>::Map& cache() const { return cache_; }
  Ptr<T> get(const ObjectKey& key) const {
    const auto found = cache_.find(key);
    return found == cache_.end() ? nullptr : found->second;
  }
  // Everything that existed when the informer was made has been delivered.
  bool synced() const { return synced_; }

 private:
  TimePoint next_due() {
    last_due_ = std::max(last_due_, host_.now() + random_.between(latency_.low, latency_.high));
    return last_due_;
  }
  void on_event(const Event<T>& event) override {
    const bool idle = pending_.empty();
    pending_.push_back({next_due(), event});
    if (idle) timer_->arm(pending_.front().first);
  }
  void deliver() {
    while (!pending_.empty() && pending_.front().first <= host_.now()) {
      const Event<T> event = pending_.front().second;
      pending_.pop_front();
      if (last_of_list_ > 0 && --last_of_list_ == 0) synced_ = true;
      const ObjectKey key = event.object->meta.key();
      if (event.type == EventType::deleted) {
        cache_.erase(key);
      } else {
        cache_[key] = event.object;
      }
      handler_(event);
    }
    if (!pending_.empty() && !timer_->armed()) timer_->arm(pending_.front().first);
  }

  io::Host& host_;
  Store<T>& store_;
  io::RandomStream& random_;
  Latency latency_;
  Handler handler_;
  std::unique_ptr<io::Timer> timer_;
  std::deque<std::pair<TimePoint, Event<T>>> pending_;
  std::size_t last_of_list_ = 0;
  bool synced_ = false;
  TimePoint last_due_{};
  typename Store<T>::Map cache_;
};

}  // namespace seatrial::kubernetes
