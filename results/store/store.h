// records.jsonl: a finished run on disk, from which everything that a person reads can be made
// anew.
#pragma once

#include <iosfwd>
#include <set>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "results/record/record.h"
#include "results/report/report.h"

namespace seatrial::results {

inline constexpr std::string_view records_file = "records.jsonl";

// A run as read back. `report` refers to `record`, which lives beside it.
struct StoredRun {
  Record record;
  RunInfo run;
  Participants participants;
  std::vector<Outcome> outcomes;

  Report report() const;
};

// Every line is one JSON object that begins with its "id". Equal runs give equal bytes.
void write_records(const Report& report, std::ostream& out);

// The word that the evidence ids of each kind of observation begin with: "session", "rib", ...
std::vector<std::string> kinds_of_record();

struct ReadOptions {
  // Kinds of observation that the reader has no use for: "hop" are most of a run's lines. They are
  // counted and must be whole, but are neither parsed nor kept.
  std::set<std::string, std::less<>> without;
};

// The error reads "NAME:LINE:COL: error: what is wrong, what was expected". Members that this
// version does not know are passed over, kinds that it does not know too; one that is missing, or
// of another type, is an error, and so is a file that ends early.
tl::expected<StoredRun, std::string> read_records(std::istream& in, const std::string& name,
                                                  const ReadOptions& options = {});
// From the folder of a finished run.
tl::expected<StoredRun, std::string> read_run(const std::string& folder,
                                              const ReadOptions& options = {});

}  // namespace seatrial::results
