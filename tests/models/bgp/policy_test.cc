// How a policy walks: each expectation is what FRR 8.4.4 did with the same route map
// (tests/interop/test_policies.py has random ones).
#include "models/bgp/policy.h"

#include <boost/test/unit_test.hpp>

namespace seatrial::bgp::test {
namespace {

using Exit = PolicyClause::Exit;

PolicyClause clause(std::uint32_t sequence, PolicyAction action, bool matches, Exit exit,
                    std::uint32_t go_to = 0) {
  PolicyClause out{.label = std::to_string(sequence), .action = action};
  out.sequence = sequence;
  if (!matches) out.match.tag = 77;
  out.exit = exit;
  out.go_to = go_to;
  return out;
}

bool permits(std::vector<PolicyClause> clauses) {
  return apply(Policy{.name = "RM", .clauses = std::move(clauses)}, {}, {}).permitted;
}

net::Prefix prefix(const std::string& text) {
  return *net::Prefix::parse(text);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(bgp_policy)

BOOST_AUTO_TEST_CASE(what_is_looked_at_last_decides) {
  constexpr auto permit = PolicyAction::permit;
  constexpr auto deny = PolicyAction::deny;
  BOOST_TEST(permits({clause(10, permit, true, Exit::next)}));
  BOOST_TEST(!permits({clause(10, permit, true, Exit::next), clause(20, deny, false, Exit::stop)}));
  BOOST_TEST(!permits({clause(10, permit, false, Exit::stop), clause(20, deny, true, Exit::next)}));
  BOOST_TEST(!permits({clause(10, deny, true, Exit::next), clause(20, permit, false, Exit::stop)}));
  BOOST_TEST(permits({clause(10, deny, true, Exit::go_to, 20)}));
  BOOST_TEST(permits({clause(10, permit, true, Exit::next), clause(20, deny, false, Exit::next)}));
  BOOST_TEST(!permits({}));
  // goto passes over what lies between.
  BOOST_TEST(permits({clause(10, permit, true, Exit::go_to, 30), clause(20, deny, true, Exit::stop),
                      clause(35, permit, true, Exit::stop)}));
}

BOOST_AUTO_TEST_CASE(a_called_policy_may_deny_and_a_caller_goes_on_with_its_changes) {
  auto callee = std::make_shared<Policy>(Policy{.name = "C", .clauses = {}});
  callee->clauses.push_back(clause(10, PolicyAction::permit, true, Exit::stop));
  callee->clauses[0].set.med = NumberChange{NumberChange::Kind::add, 5};
  Policy caller{.name = "RM", .clauses = {clause(10, PolicyAction::permit, true, Exit::stop)}};
  caller.clauses[0].call = callee;
  PathAttributes attributes;
  attributes.med = 7;
  const auto result = apply(caller, {}, attributes);
  BOOST_TEST(result.permitted);
  BOOST_TEST(result.attributes.med.value() == 12U);
  BOOST_TEST(result.explanation == "RM 10 permits, C 10 permits");
  callee->clauses[0].action = PolicyAction::deny;
  BOOST_TEST(!apply(caller, {}, attributes).permitted);
}

BOOST_AUTO_TEST_CASE(a_long_prefix_list_decides_as_a_short_one) {
  std::vector<PrefixListEntry> entries;
  for (std::uint32_t i = 0; i < 64; ++i) {
    entries.push_back(
        {.sequence = 5 * (i + 1),
         .action = i % 3 == 0 ? PolicyAction::deny : PolicyAction::permit,
         .prefix = net::Prefix(net::IpAddress::v4((10U << 24) | ((i % 7) << 16) | ((i % 5) << 12)),
                               static_cast<int>(8 + i % 13)),
         .le = static_cast<int>(20 + i % 9)});
  }
  const PrefixList list("L", entries);
  for (std::uint32_t i = 0; i < 4096; ++i) {
    const net::Prefix candidate(net::IpAddress::v4((10U << 24) | (i << 12)),
                                static_cast<int>(12 + i % 17));
    const PrefixListEntry* first = nullptr;  // the first that matches, by a walk
    for (const auto& entry : entries) {
      if (first == nullptr && entry.matches(candidate)) first = &entry;
    }
    const auto* found = list.lookup(candidate);
    BOOST_REQUIRE_EQUAL(found == nullptr, first == nullptr);
    if (found != nullptr) BOOST_TEST(found->sequence == first->sequence);
  }
}

BOOST_AUTO_TEST_CASE(regular_expressions_are_frrs) {
  const auto matches = [](const char* pattern, const char* text) {
    return Regex::compile(pattern)->matches(text);
  };
  BOOST_TEST(matches("_65010_", "65000 65010"));
  BOOST_TEST(!matches("_6501_", "65000 65010"));
  BOOST_TEST(matches("^65000_", "65000"));
  BOOST_TEST(matches("_65003_", "65001 {65002,65003}"));
  BOOST_TEST(!Regex::compile("a(b").has_value());
  BOOST_TEST(!Regex::compile("((1{100}){100}){100}").has_value());
}

BOOST_AUTO_TEST_CASE(prefix_conditions_of_a_bgp_filter) {
  using Operator = PrefixCondition::Operator;
  const auto holds = [](Operator op, const char* given) {
    return PrefixCondition{.op = op, .prefix = prefix("10.0.0.0/8")}.holds(prefix(given));
  };
  BOOST_TEST(holds(Operator::in, "10.1.0.0/16"));
  BOOST_TEST(!holds(Operator::equal, "10.1.0.0/16"));
  BOOST_TEST(holds(Operator::equal, "10.0.0.0/8"));
  BOOST_TEST(holds(Operator::not_in, "11.0.0.0/8"));
  BOOST_TEST(holds(Operator::not_equal, "10.1.0.0/16"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace seatrial::bgp::test
