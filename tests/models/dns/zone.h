// A record source for tests: a few names, and everything else does not exist.
#pragma once

#include <map>
#include <string>

#include "models/dns/message.h"

namespace seatrial::test {

struct Zone : dns::RecordSource {
  std::map<std::string, std::vector<std::string>> addresses;
  std::uint32_t ttl = 30;
  int lookups = 0;

  dns::Answer lookup(const dns::Question& question) override {
    ++lookups;
    dns::Answer answer;
    const auto found = addresses.find(question.name);
    if (found == addresses.end()) answer.rcode = dns::Rcode::name_error;
    if (found != addresses.end() && question.type == dns::Type::a) {
      for (const auto& text : found->second) {
        answer.answers.push_back({question.name, dns::Type::a, ttl, *net::IpAddress::parse(text)});
      }
    }
    if (answer.answers.empty()) {
      answer.authority.push_back({"test", dns::Type::soa, ttl,
                                  dns::Soa{"ns.test", "root.test", 1, 7200, 1800, 86400, ttl}});
    }
    return answer;
  }
};

}  // namespace seatrial::test
