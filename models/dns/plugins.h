// Two CoreDNS plugins as record sources that wrap another (coredns 1.9, plugin/cache and
// plugin/loadbalance). In CoreDNS's fixed order loadbalance stands before cache, so wrap the zone
// in Cache first and that in LoadBalance: the cached answer is shuffled anew each time.
#pragma once

#include <cstddef>
#include <map>

#include "models/dns/message.h"
#include "models/io/host.h"

namespace seatrial::dns {

// `cache [TTL]`: an answer is kept for the smallest TTL of its records, within bounds, and is given
// out with what is left of that. It is what makes a client see an endpoint that is gone.
struct CacheOptions {
  Duration success = std::chrono::seconds(3600);  // upper bound; `cache 30` sets both to 30 s
  Duration denial = std::chrono::seconds(1800);
  Duration minimum = std::chrono::seconds(5);  // lower bound of both
  std::size_t capacity = 9984;                 // of each of the two caches
};

class Cache : public RecordSource {
 public:
  Cache(io::Host& host, RecordSource& next, CacheOptions options = {})
      : host_(host), next_(next), options_(options) {}
  Answer lookup(const Question& question) override;

  std::uint64_t hits() const { return hits_; }
  std::uint64_t misses() const { return misses_; }
  void clear();

 private:
  struct Item {
    Answer answer;
    TimePoint stored;
    Duration ttl{};
  };
  using Items = std::map<std::pair<std::string, Type>, Item>;
  void store(Items& items, const Question& question, const Answer& answer, Duration ttl);

  io::Host& host_;
  RecordSource& next_;
  const CacheOptions options_;
  Items success_, denial_;
  std::uint64_t hits_ = 0, misses_ = 0;
};

// `loadbalance round_robin`: CNAMEs first, then the address records in random order, then the rest.
class LoadBalance : public RecordSource {
 public:
  LoadBalance(io::Host& host, RecordSource& next) : host_(host), next_(next) {}
  Answer lookup(const Question& question) override;

 private:
  io::Host& host_;
  RecordSource& next_;
};

}  // namespace seatrial::dns
