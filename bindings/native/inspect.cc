// Reads a scenario as `seatrial check` does: from a folder, with files laid over it that only exist
// in memory. A program that builds a design learns from it what is wrong, in the words of the
// command line, and which files the design is made of.
#include <pybind11/stl.h>

#include <filesystem>
#include <set>

#include "bindings/native/parts.h"
#include "models/frr/config.h"
#include "scenarios/engine/design/design.h"
#include "scenarios/engine/document/document.h"

namespace py = pybind11;

namespace seatrial::bindings {
namespace {

using Texts = std::map<std::string, std::string>;

// The overlay first, then the folder; remembers what was read.
class OverlayFiles final : public scenario::Files {
 public:
  OverlayFiles(std::string folder, const Texts& overlay) : below_(std::move(folder)) {
    for (const auto& [name, text] : overlay) above_.add(normal(name), text);
  }

  std::optional<std::string> read(const std::string& name) const override {
    auto text = above_.read(name);
    if (!text) text = below_.read(name);
    if (text) used_.insert(normal(name));
    return text;
  }
  std::vector<std::string> glob(const std::string& pattern) const override {
    auto names = below_.glob(pattern);
    for (auto& name : above_.glob(pattern)) names.push_back(std::move(name));
    std::ranges::sort(names);
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
  }
  std::string shown(const std::string& name) const override { return below_.shown(name); }
  const std::set<std::string>& used() const { return used_; }

 private:
  static std::string normal(const std::string& name) {
    return std::filesystem::path(name).lexically_normal().string();
  }

  scenario::MemoryFiles above_;
  scenario::FolderFiles below_;
  mutable std::set<std::string> used_;
};

py::dict session(const scenario::SessionSide& side) {
  py::dict out;
  out["node"] = side.node;
  out["local_as"] = side.local_as.value;
  out["peer"] = side.peer.to_string();
  out["peer_name"] = side.peer_name;
  out["passive"] = side.passive;
  out["source"] = side.source;
  return out;
}

py::object inspect(const std::string& folder, const Texts& overlay,
                   const std::vector<std::string>& overrides,
                   const std::vector<std::string>& injections) {
  Diagnostics diagnostics;
  const OverlayFiles files(folder, overlay);
  const auto design =
      scenario::load_design(files, diagnostics, {.overrides = overrides, .injections = injections});
  py::dict out;
  out["ok"] = design.has_value();
  out["messages"] = diagnostics.to_string();
  out["errors"] = diagnostics.error_count();
  out["files"] = std::vector<std::string>(files.used().begin(), files.used().end());
  if (!design) return out;
  out["document"] = scenario::document::write(design->scenario).dump();
  out["description"] = scenario::describe(*design);
  py::list sessions;
  for (const auto& side : design->sessions) sessions.append(session(side));
  out["sessions"] = std::move(sessions);
  return out;
}

// Addresses and announcements of a frr.conf: what an address plan has to go around.
py::object inspect_frr(const std::string& text, const std::string& name) {
  Diagnostics diagnostics;
  const auto config = frr::read(text, name, diagnostics, "");
  py::dict out;
  out["messages"] = diagnostics.to_string();
  out["errors"] = diagnostics.error_count();
  py::list addresses;
  for (const auto& interface : config.interfaces) {
    for (const auto& address : interface.addresses) {
      addresses.append(py::make_tuple(interface.name, address.to_string()));
    }
  }
  out["addresses"] = std::move(addresses);
  py::list networks;
  if (config.bgp) {
    out["asn"] = config.bgp->asn.value;
    for (const auto& route : config.bgp->networks) networks.append(route.prefix.to_string());
  }
  out["networks"] = std::move(networks);
  return out;
}

}  // namespace

void define_inspect(py::module_& module) {
  module.def("inspect", &inspect, py::arg("folder"), py::arg("overlay") = Texts{},
             py::arg("overrides") = std::vector<std::string>{},
             py::arg("injections") = std::vector<std::string>{},
             "Read scenario.json and all that it names; files of `overlay` (name -> text) come "
             "before those of `folder`. Returns ok, messages (FILE:LINE:COL: ..., a line each), "
             "errors (their number), files (the names that were read) and, when ok, document "
             "(canonical JSON), description (what `seatrial check` prints) and sessions.");
  module.def("inspect_frr", &inspect_frr, py::arg("text"), py::arg("name") = "frr.conf",
             "Read a frr.conf: messages, errors, addresses [(interface, ADDRESS/LENGTH)], networks "
             "(announced prefixes) and, with BGP, asn.");
}

}  // namespace seatrial::bindings
