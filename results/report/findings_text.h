// The derived sections of the verdict: windows, convergence, and why requests failed.
#pragma once

#include <functional>
#include <string>

#include "results/report/findings.h"

namespace seatrial::results {

struct TextColumns {
  std::size_t width = 100;
  std::function<std::string(std::string)> heading;  // in the page's way
};
std::string windows_text(const Record& record, const std::vector<Window>& windows,
                         const TextColumns& columns);
std::string convergence_text(const Record& record, const Convergence& convergence,
                             const TextColumns& columns);
std::string explanations_text(const Explanations& explanations, const TextColumns& columns);

}  // namespace seatrial::results
