// The BGP sessions at a moment, each from both of its ends: a session that one end still holds
// after the other has lost it is what a failure looks like.
#include <fmt/format.h>

#include "results/show/common.h"

namespace seatrial::results {
namespace {

using show::Json;

// Beyond the summary: since when, and why it was last lost.
struct Standing {
  SessionSummary session;
  TimePoint since;
  std::string lost_reason;
  std::optional<std::size_t> lost_record;
};

struct Loss {
  bool up = false;
  std::string reason;
  std::optional<std::size_t> record;
};

std::vector<Standing> standings(const Record& record, TimePoint at) {
  std::map<std::pair<std::string, net::IpAddress>, Loss> losses;
  for (std::size_t i = 0; i < record.sessions().size(); ++i) {
    const auto& change = record.sessions()[i];
    if (change.at > at) continue;
    auto& loss = losses[{change.node, change.peer}];
    // A connection that was tried in vain says why, too.
    if (!change.established() && (loss.up || !change.reason.empty())) {
      loss.reason = change.reason;
      loss.record = i;
    }
    loss.up = change.established();
  }
  std::vector<Standing> out;
  for (auto& session : record.sessions_at(at)) {
    auto& loss = losses[{session.node, session.peer}];
    const auto since = record.sessions()[session.record].at;
    out.push_back({std::move(session), since, std::move(loss.reason), loss.record});
  }
  return out;
}

Json to_json(const Standing& standing, const std::string& peer_name, bool powered) {
  const auto& s = standing.session;
  Json out{{"node", s.node},
           {"peer", s.peer.to_string()},
           {"peer_name", peer_name},
           {"state", s.state},
           {"powered", powered},
           {"since_ns", show::ns(standing.since)},
           {"times_established", s.established_count},
           {"first_established_ns", show::ns(s.first_established)},
           {"last_established_ns", show::ns(s.last_established)},
           {"last_lost_ns", show::ns(s.last_lost)},
           {"last_reason", standing.lost_reason},
           {"evidence", evidence_id("session", s.record)}};
  out["reason_evidence"] =
      standing.lost_record ? Json(evidence_id("session", *standing.lost_record)) : Json();
  return out;
}

}  // namespace

Shown show_sessions(const StoredRun& run, const ShowQuery& query, const ShowFormat& format) {
  const auto at = show::moment(run, query.at);
  if (!at) return tl::make_unexpected(at.error());
  if (const auto wrong = show::wrong_node(run, query.node)) return tl::make_unexpected(*wrong);
  const Names names(run.record);
  const auto dead = show::without_power(run.record, *at);

  std::size_t up = 0;
  std::size_t count = 0;
  Table table({"NODE", "PEER", "STATE", ">SINCE (s)", ">UP", "EVIDENCE", "LAST REASON"});
  Json rows = Json::array();
  for (const auto& standing : standings(run.record, *at)) {
    const auto& s = standing.session;
    if (!query.node.empty() && s.node != query.node && names.of(s.peer, *at) != query.node) {
      continue;
    }
    ++count;
    const auto off = dead.find(s.node);
    // A machine without power says nothing more: its last word is not its state.
    const bool stands = s.established() && off == dead.end();
    if (stands) ++up;
    if (query.down && stands) continue;
    auto reason =
        standing.lost_record && *standing.lost_record != s.record && !standing.lost_reason.empty()
            ? fmt::format("{} ({} s, {})", standing.lost_reason,
                          show::shown_time(run.record.sessions()[*standing.lost_record].at),
                          evidence_id("session", *standing.lost_record))
            : standing.lost_reason;
    auto since = standing.since;
    if (off != dead.end()) {
      since = run.record.faults()[off->second].at;
      reason = fmt::format("{} until then ({})", s.state, evidence_id("fault", off->second));
    }
    table.add({s.node, names.with_name(s.peer, *at),
               Cell(off == dead.end() ? s.state : "no power", stands ? Colour::green : Colour::red),
               show::shown_time(since), fmt::format("{}x", s.established_count),
               evidence_id("session", s.record), reason});
    rows.push_back(to_json(standing, names.of(s.peer, *at), off == dead.end()));
  }
  if (format.json) {
    return show::dump({{"at_ns", show::ns(*at)},
                       {"established", up},
                       {"ends", count},
                       {"sessions", std::move(rows)}});
  }
  const auto when = show::moment_text(run, query.at);
  if (count == 0) {
    auto text = fmt::format("BGP sessions {}: none has been reported", when);
    if (!run.record.sessions().empty()) {
      text += fmt::format("; the first is at {} s", seconds(run.record.sessions().front().at));
    }
    return show::heading(text, format);
  }
  auto out =
      show::heading(fmt::format("BGP sessions {}: {} of {} ends Established, two ends a session",
                                when, up, count),
                    format);
  return table.empty() ? out : out + table.write(format.width, format.colour);
}

}  // namespace seatrial::results
