// A finished run as columns: every kind of observation as {member: [values]}, in the order of the
// record. Times are nanoseconds of simulated time; addresses, prefixes and endpoints are text.
#include <pybind11/stl.h>

#include <tuple>
#include <type_traits>

#include "bindings/native/parts.h"
#include "results/path/path.h"
#include "results/report/findings.h"
#include "results/store/fields.h"
#include "results/store/store.h"

namespace py = pybind11;

namespace seatrial::bindings {
namespace {

using results::StoredRun;

py::object value(const std::string& text) {
  // What a peer sent need not be UTF-8.
  return py::reinterpret_steal<py::object>(
      PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "replace"));
}
py::object value(bool flag) {
  return py::bool_(flag);
}
template <std::integral T>
py::object value(T number) {
  return py::int_(number);
}
py::object value(TimePoint at) {
  return py::int_(at.time_since_epoch().count());
}
py::object value(Duration d) {
  return py::int_(d.count());
}
py::object value(results::ProxyRole role) {
  return py::str(role == results::ProxyRole::edge ? "edge" : "ingress");
}
py::object value(results::Transport transport) {
  return py::str(transport == results::Transport::tcp   ? "tcp"
                 : transport == results::Transport::udp ? "udp"
                                                        : "other");
}
template <typename T>
requires requires(const T& x) {
  x.to_string();
}
py::object value(const T& x) {
  return py::str(x.to_string());
}

class Members;
template <typename T>
py::object value(const std::vector<T>& list);
template <typename T, std::size_t N>
py::object value(const std::array<T, N>& list);
template <typename T>
requires requires(Members& members, T& x) {
  results::store::visit(members, x);
}
py::object value(const T& x);

class Members {
 public:
  template <typename T>
  void operator()(const char* name, const T& member) {
    out[name] = value(member);
  }
  py::dict out;
};

template <typename T>
py::object list_of(const T& values) {
  py::list out;
  for (const auto& one : values) out.append(value(one));
  return out;
}
template <typename T>
py::object value(const std::vector<T>& list) {
  return list_of(list);
}
template <typename T, std::size_t N>
py::object value(const std::array<T, N>& list) {
  return list_of(list);
}
template <typename T>
requires requires(Members& members, T& x) {
  results::store::visit(members, x);
}
py::object value(const T& x) {
  Members members;
  results::store::visit(members, const_cast<T&>(x));  // walked, not changed
  return members.out;
}

// Appends each member of an observation to the column of its name.
class Columns {
 public:
  template <typename T>
  void operator()(const char* name, const T& member) {
    if (next_ == columns_.size()) columns_.emplace_back(name, py::list());
    columns_[next_++].second.append(value(member));
  }
  void next_row() { next_ = 0; }
  py::dict finish() const {
    py::dict out;
    for (const auto& [name, column] : columns_) out[name] = column;
    return out;
  }

 private:
  std::vector<std::pair<const char*, py::list>> columns_;
  std::size_t next_ = 0;
};

template <typename T>
py::dict columns(const std::vector<T>& list) {
  Columns out;
  // Without a row the columns have names all the same.
  if (list.empty()) {
    T none{};
    results::store::visit(out, none);
    py::dict names = out.finish();
    py::dict empty;
    for (const auto& item : names) empty[item.first] = py::list();
    return empty;
  }
  for (const auto& row : list) {
    out.next_row();
    results::store::visit(out, const_cast<T&>(row));  // walked, not changed
  }
  return out.finish();
}

std::optional<TimePoint> moment(std::optional<std::int64_t> at_ns) {
  if (!at_ns) return std::nullopt;
  return TimePoint(Duration(*at_ns));
}

py::object optional_time(const std::optional<TimePoint>& at) {
  return at ? value(*at) : py::none();
}

class Run {
 public:
  explicit Run(const std::string& folder) : folder_(folder) {
    auto run = results::read_run(folder);
    if (!run) throw py::value_error(run.error());
    run_ = std::make_unique<StoredRun>(std::move(*run));
  }

  py::object info() const { return value(run_->run); }
  py::object participants() const { return value(run_->participants); }
  py::object topology() const { return value(run_->record.topology()); }
  py::object outcomes() const { return value(run_->outcomes); }
  std::map<std::string, std::uint64_t> counters() const { return run_->record.counters(); }

  py::object table(const std::string& kind) const {
    std::optional<py::dict> out;
    std::string known;
    results::store::for_each_kind(run_->record, [&](std::string_view name, const auto& list) {
      known += (known.empty() ? "" : ", ") + std::string(name);
      if (name == kind) out = columns(list);
    });
    if (!out) throw py::key_error("no kind \"" + kind + "\" of record, expected one of " + known);
    return *out;
  }

  py::object sessions(std::optional<std::int64_t> at_ns) const {
    py::list out;
    for (const auto& s : run_->record.sessions_at(moment(at_ns))) {
      py::dict row;
      row["node"] = s.node;
      row["peer"] = s.peer.to_string();
      row["state"] = s.state;
      row["first_established_ns"] = optional_time(s.first_established);
      row["last_established_ns"] = optional_time(s.last_established);
      row["last_lost_ns"] = optional_time(s.last_lost);
      row["times_established"] = s.established_count;
      row["reason"] = value(s.last_reason);
      row["evidence"] = results::evidence_id("session", s.record);
      out.append(std::move(row));
    }
    return out;
  }

  py::object fib(const std::string& node, std::optional<std::int64_t> at_ns) const {
    py::list out;
    run_->record.fib_at(node, moment(at_ns))
        .for_each([&](const net::Prefix& prefix, const results::FibEntry& entry) {
          py::dict row;
          row["prefix"] = prefix.to_string();
          row["protocol"] = entry.protocol;
          row["next_hops"] = value(entry.next_hops);
          row["evidence"] = results::evidence_id("fib", entry.record);
          out.append(std::move(row));
        });
    return out;
  }

  py::object rib(const std::string& node, std::optional<std::int64_t> at_ns) const {
    py::list out;
    run_->record.rib_at(node, moment(at_ns))
        .for_each([&](const net::Prefix& prefix, const results::RibEntry& entry) {
          py::dict row;
          row["prefix"] = prefix.to_string();
          row["protocol"] = entry.protocol;
          row["next_hops"] = value(entry.next_hops);
          row["detail"] = value(entry.detail);
          row["evidence"] = results::evidence_id("rib", entry.record);
          out.append(std::move(row));
        });
    return out;
  }

  std::vector<std::string> fib_nodes() const { return run_->record.fib_nodes(); }
  std::vector<std::string> rib_nodes() const { return run_->record.rib_nodes(); }

  // (edge, ingress_pod, app_pod) of every request, in the order of the record.
  py::object participants_of_requests() {
    py::list out;
    for (std::size_t i = 0; i < run_->record.requests().size(); ++i) {
      const auto path = paths().path_of(i);
      out.append(py::make_tuple(path.edge, path.ingress_pod, path.app_pod));
    }
    return out;
  }

  // Why the request of that index failed or was slow, or where its time went.
  py::object explain(std::size_t request) {
    if (request >= run_->record.requests().size()) {
      throw py::index_error("no request of index " + std::to_string(request));
    }
    if (!findings_) {
      const py::gil_scoped_release others;
      findings_ = results::find(run_->record, run_->outcomes, folder_);
    }
    const auto why = findings_->explainer->explain(request);
    py::list chain;
    for (const auto& step : why.chain) {
      py::list frames;
      for (const auto& frame : step.frames) frames.append(py::make_tuple(frame.file, frame.number));
      py::dict row;
      row["kind"] = step.kind;
      row["at_ns"] = value(step.at);
      row["took_ns"] = step.took ? py::object(py::int_(step.took->count())) : py::none();
      row["piece"] = step.piece;
      row["text"] = value(step.text);
      row["evidence"] = value(step.evidence);
      row["frames"] = std::move(frames);
      chain.append(std::move(row));
    }
    py::dict out;
    out["symptom"] = why.symptom;
    out["attributed"] = why.attributed;
    out["cause"] = value(why.cause);
    out["chain"] = std::move(chain);
    return out;
  }

  py::object path(std::size_t request) {
    if (request >= run_->record.requests().size()) {
      throw py::index_error("no request of index " + std::to_string(request));
    }
    py::list out;
    for (const auto& leg : paths().path_of(request).legs) {
      const auto hops = [&](const std::vector<results::PathHop>& list, const char* direction) {
        for (const auto& hop : list) {
          py::dict row;
          row["leg"] = leg.from + " => " + leg.to;
          row["direction"] = direction;
          row["at_ns"] = value(hop.at);
          row["node"] = hop.node;
          row["in"] = hop.in;
          row["out"] = hop.out;
          out.append(std::move(row));
        }
      };
      hops(leg.hops, "there");
      hops(leg.back, "back");
    }
    return out;
  }

 private:
  const results::PathFinder& paths() {
    if (!paths_) paths_ = std::make_unique<results::PathFinder>(run_->record);
    return *paths_;
  }

  std::unique_ptr<StoredRun> run_;
  std::unique_ptr<results::PathFinder> paths_;
  std::shared_ptr<const results::Findings> findings_;
  std::string folder_;
};

}  // namespace

void define_records(py::module_& module) {
  using OptionalTime = std::optional<std::int64_t>;
  py::class_<Run>(module, "Run", "The records of a finished run. Times are nanoseconds.")
      .def(py::init<const std::string&>(), py::arg("folder"),
           "Reads FOLDER/records.jsonl; ValueError with FILE:LINE:COL when it is no such file.")
      .def("info", &Run::info, "scenario, description, seed, version, simulated_ns")
      .def("participants", &Run::participants, "edges, ingress_pods, app_pods")
      .def("topology", &Run::topology, "nodes and links, as in results.json")
      .def("outcomes", &Run::outcomes, "one dict an expectation: name, kind, ok, why, evidence")
      .def("counters", &Run::counters, "totals of the run")
      .def("table", &Run::table, py::arg("kind"),
           "All observations of a kind as {column: [values]}: session, rib, fib, request, proxy, "
           "hop, drop, pod, endpoints, link, fault, neighbour, nat, note.")
      .def("sessions", &Run::sessions, py::arg("at_ns") = OptionalTime{},
           "Every BGP session end as it stood then; without a time, at the end.")
      .def("fib", &Run::fib, py::arg("node"), py::arg("at_ns") = OptionalTime{},
           "The forwarding table of a node.")
      .def("rib", &Run::rib, py::arg("node"), py::arg("at_ns") = OptionalTime{},
           "The Loc-RIB of a node.")
      .def("fib_nodes", &Run::fib_nodes, "Nodes that have a forwarding table.")
      .def("rib_nodes", &Run::rib_nodes, "Nodes that have a Loc-RIB.")
      .def("participants_of_requests", &Run::participants_of_requests,
           "(edge, ingress pod, app pod) of each request, \"\" where unknown.")
      .def(
          "explain", &Run::explain, py::arg("request"),
          "Why the request of that index failed or was slow: symptom, attributed, cause, and chain "
          "[{kind, at_ns, text, evidence, frames [(file, number)]}].")
      .def("path", &Run::path, py::arg("request"),
           "The hops of the request of that index: leg, direction, at_ns, node, in, out.");
}

}  // namespace seatrial::bindings
