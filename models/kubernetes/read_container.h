#pragma once

#include "models/kubernetes/kinds.h"

namespace seatrial::kubernetes {

Container read_container(const Fields& fields);
const FieldTable& container_table();

}  // namespace seatrial::kubernetes
