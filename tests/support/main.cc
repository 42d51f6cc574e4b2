#define BOOST_TEST_MODULE seatrial
#include <boost/test/unit_test.hpp>
