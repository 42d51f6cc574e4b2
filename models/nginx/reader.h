// Reads nginx.conf and what it includes. Errors say what `nginx -t` says, with FILE:LINE:COL, and
// all of them at once. What this model does not do is said too: an error where it would change what
// happens to a request, a warning where it cannot (directives.cc has the table).
//
// `resolve` and `service=` are read as nginx 1.27.3 reads them; all else as 1.22.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/diagnostics/diagnostics.h"
#include "models/nginx/config.h"

namespace seatrial::nginx {

// Where included files come from.
class FileSource {
 public:
  virtual ~FileSource() = default;
  virtual std::optional<std::string> read(const std::string& path) const = 0;
  // Paths that match a shell pattern (* ? [...]), sorted as glob(3) sorts.
  virtual std::vector<std::string> glob(const std::string& pattern) const = 0;
};

// Files in memory: path to text.
class MemoryFiles : public FileSource {
 public:
  explicit MemoryFiles(std::map<std::string, std::string> files) : files_(std::move(files)) {}
  std::optional<std::string> read(const std::string& path) const override;
  std::vector<std::string> glob(const std::string& pattern) const override;

 private:
  std::map<std::string, std::string> files_;
};

// The file system, for reading only (directory_files.cc).
class DirectoryFiles : public FileSource {
 public:
  std::optional<std::string> read(const std::string& path) const override;
  std::vector<std::string> glob(const std::string& pattern) const override;
};

struct ReadOptions {
  // Relative includes start here, as under `nginx -p`; empty: the folder of the main file.
  std::string prefix;
};

// The main file by its path. The Config is as complete as the errors allow; with
// diagnostics.has_errors() it must not be run.
Config read(const std::string& path, const FileSource& files, Diagnostics& diagnostics,
            const ReadOptions& options = {});
// A text that is at hand; `path` is its name in messages.
Config read_text(std::string_view text, const std::string& path, const FileSource& files,
                 Diagnostics& diagnostics, const ReadOptions& options = {});

}  // namespace seatrial::nginx
