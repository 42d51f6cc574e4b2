// seatrial._native: what the Python package asks of the C++ engine, as plain values. No ns-3 object
// and no handle to a running simulation crosses: runs are child processes of the command line.
#include <pybind11/pybind11.h>

#include "bindings/native/parts.h"
#include "scenarios/engine/document/document.h"

namespace py = pybind11;

PYBIND11_MODULE(_native, module) {
  module.doc() = "The C++ side of the seatrial package: reads scenarios and finished runs.";
  module.attr("version") = SEATRIAL_VERSION;
  module.def(
      "scenario_schema", [] { return std::string(seatrial::scenario::document::schema_text()); },
      "The JSON Schema of scenario.json, as text.");
  seatrial::bindings::define_inspect(module);
  seatrial::bindings::define_records(module);
  seatrial::bindings::define_campaign(module);
}
