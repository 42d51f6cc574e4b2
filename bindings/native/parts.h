// The parts of the module, each defined in a file of its own.
#pragma once

#include <pybind11/pybind11.h>

namespace seatrial::bindings {

void define_inspect(pybind11::module_& module);
void define_records(pybind11::module_& module);
void define_campaign(pybind11::module_& module);

}  // namespace seatrial::bindings
