// Files of a run's folder.
#pragma once

#include <functional>
#include <iosfwd>
#include <string>

namespace seatrial::results {

// Written beside and renamed, so that a reader never sees half a file. Throws std::runtime_error
// that names the file when it cannot be written.
void write_file(const std::string& path, const std::function<void(std::ostream&)>& write);
void write_file(const std::string& path, const std::string& text);

}  // namespace seatrial::results
