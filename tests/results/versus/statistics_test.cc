// Against scipy 1.17 (and statsmodels 0.14 for Holm), by hand:
//   a=[10.1,11.3,9.8,10.7,10.4]; b=[11.0,12.5,10.1,11.9,11.6]; c=[14.0,9.5,13.2,12.8]
//   r = stats.ttest_rel(b, a); r.pvalue, r.confidence_interval(.95)
//   r = stats.ttest_ind(c, a, equal_var=False); r.pvalue, r.confidence_interval(.95)
//   stats.fisher_exact([[ka, na-ka], [kb, nb-kb]])
//   stats.permutation_test((x, y), lambda p, q: abs(mean(q)-mean(p)), alternative="greater",
//                          n_resamples=inf), and with permutation_type="samples" for pairs
//   multipletests(p, method="holm")
#include <boost/test/unit_test.hpp>

#include "results/versus/statistics.h"

namespace seatrial::results::versus::test {
namespace {

const std::vector<double> a{10.1, 11.3, 9.8, 10.7, 10.4};
const std::vector<double> b{11.0, 12.5, 10.1, 11.9, 11.6};
const std::vector<double> c{14.0, 9.5, 13.2, 12.8};

namespace tt = boost::test_tools;

BOOST_AUTO_TEST_SUITE(statistics)

BOOST_AUTO_TEST_CASE(pairs_are_judged_by_their_differences) {
  const auto d = difference(a, b, true);
  BOOST_TEST(to_string(d.test) == "paired t");
  BOOST_TEST(d.change == 0.96, tt::tolerance(1e-12));  // (0.9 + 1.2 + 0.3 + 1.2 + 1.2) / 5
  BOOST_TEST(d.p.value() == 0.005370441980612593, tt::tolerance(1e-9));
  BOOST_TEST(d.low.value() == 0.47432046458738836, tt::tolerance(1e-9));
  BOOST_TEST(d.high.value() == 1.445679535412611, tt::tolerance(1e-9));
  BOOST_TEST(d.effect.value() == 2.4542879643115825, tt::tolerance(1e-9));
}

BOOST_AUTO_TEST_CASE(groups_are_judged_without_supposing_equal_variances) {
  const auto d = difference(a, c, false);
  BOOST_TEST(to_string(d.test) == "Welch's t");
  BOOST_TEST(d.p.value() == 0.14689554184688897, tt::tolerance(1e-9));
  BOOST_TEST(d.low.value() == -1.1312297378632548, tt::tolerance(1e-9));
  BOOST_TEST(d.high.value() == 4.961229737863256, tt::tolerance(1e-9));
  BOOST_TEST(d.effect.value() == 1.2443367172646886, tt::tolerance(1e-9));
}

BOOST_AUTO_TEST_CASE(equal_figures_of_every_seed_show_no_more_than_their_number_can) {
  const auto groups = difference({1, 1, 1}, {2, 2, 2}, false);
  BOOST_TEST(to_string(groups.test) == "exact permutation");
  BOOST_TEST(groups.p.value() == 0.1, tt::tolerance(1e-12));
  BOOST_TEST(difference({1, 1, 1}, {2, 2}, false).p.value() == 0.1, tt::tolerance(1e-12));
  BOOST_TEST(difference({1, 1, 1, 1}, {2, 2, 2, 2}, true).p.value() == 0.125, tt::tolerance(1e-12));
  BOOST_TEST(difference({3, 3}, {3, 3}, true).p.value() == 1.0);
}

BOOST_AUTO_TEST_CASE(one_run_on_a_side_is_never_significant) {
  const auto d = difference({1}, {2, 3, 2}, false);
  BOOST_TEST(to_string(d.test) == "none");
  BOOST_TEST(!d.p);
  BOOST_TEST(!d.low);
  BOOST_TEST(d.change == 4.0 / 3, tt::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(shares_are_judged_by_fishers_exact_test) {
  BOOST_TEST(fisher_exact(5, 5, 1, 5) == 0.047619047619047616, tt::tolerance(1e-9));
  BOOST_TEST(fisher_exact(20, 20, 12, 20) == 0.003276003276003276, tt::tolerance(1e-9));
  BOOST_TEST(fisher_exact(3, 7, 4, 5) == 0.292929292929293, tt::tolerance(1e-9));
  BOOST_TEST(fisher_exact(4, 4, 6, 6) == 1.0);
}

BOOST_AUTO_TEST_CASE(many_figures_are_many_chances_to_be_wrong) {
  const auto adjusted = holm({0.01, 0.04, 0.03, 0.005, 0.5});
  const std::vector<double> expected{0.04, 0.09, 0.09, 0.025, 0.5};
  BOOST_REQUIRE(adjusted.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    BOOST_TEST(adjusted[i] == expected[i], tt::tolerance(1e-12));
  }
  BOOST_TEST(holm({}).empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace seatrial::results::versus::test
