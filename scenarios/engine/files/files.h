// Where a design's files come from: a folder on disk, or texts that a program made. Names are
// relative to the scenario's folder, and are what a person reads in a message.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace seatrial::scenario {

class Files {
 public:
  virtual ~Files() = default;
  // The whole text; nothing when there is no such readable file.
  virtual std::optional<std::string> read(const std::string& name) const = 0;
  // The names that match a shell pattern (glob(7)), sorted. A pattern without wildcards matches
  // itself, if it exists.
  virtual std::vector<std::string> glob(const std::string& pattern) const = 0;
  // How a name is shown: "network/core1/frr.conf" with the folder as the user typed it in front.
  virtual std::string shown(const std::string& name) const { return name; }
};

class FolderFiles : public Files {
 public:
  explicit FolderFiles(std::filesystem::path folder) : folder_(std::move(folder)) {}
  std::optional<std::string> read(const std::string& name) const override;
  std::vector<std::string> glob(const std::string& pattern) const override;
  std::string shown(const std::string& name) const override;

 private:
  std::filesystem::path folder_;
};

class MemoryFiles : public Files {
 public:
  void add(std::string name, std::string text) { texts_[std::move(name)] = std::move(text); }
  std::optional<std::string> read(const std::string& name) const override;
  std::vector<std::string> glob(const std::string& pattern) const override;
  const std::map<std::string, std::string>& texts() const { return texts_; }

 private:
  std::map<std::string, std::string> texts_;
};

}  // namespace seatrial::scenario
