#pragma once

#include "scenarios/engine/document/cursor.h"

namespace seatrial::scenario::document {

Expectation read_expectation(const Cursor& at);

}  // namespace seatrial::scenario::document
