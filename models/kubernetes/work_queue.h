// A deduplicating queue of keys and one worker, as controllers have: a key that is queued again
// before its turn is worked on once.
#pragma once

#include <functional>
#include <set>

#include "models/io/host.h"

namespace seatrial::kubernetes {

template <typename Key>
class WorkQueue {
 public:
  WorkQueue(io::Host& host, std::function<void(const Key&)> work)
      : host_(host), work_(std::move(work)), timer_(host.timer([this] { run(); })) {}

  void add(const Key& key) {
    keys_.insert(key);
    if (!timer_->armed()) timer_->arm(host_.now());
  }

 private:
  void run() {
    while (!keys_.empty()) {
      const Key key = *keys_.begin();
      keys_.erase(keys_.begin());
      work_(key);
    }
  }

  io::Host& host_;
  std::function<void(const Key&)> work_;
  std::set<Key> keys_;
  std::unique_ptr<io::Timer> timer_;
};

}  // namespace seatrial::kubernetes
