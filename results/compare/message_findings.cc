// What a MessageComparison says about a difference.
#include <algorithm>

#include "results/compare/message_parts.h"
#include "results/compare/octet_text.h"

namespace seatrial::results {
namespace {

Witness witness(const Message& message) {
  return {message.at.frame, message.at.time};
}

// What the time until an answer is called.
std::string_view response_time_name(std::string_view kind) {
  return kind == "http.response"  ? "http.time"
         : kind == "dns.response" ? "dns.time"
                                  : "tcp.analysis.initial_rtt";
}

// The changed fields, in A's order and then what B has on top. A name may come more than once.
std::vector<FieldChange> changes(const Message& a, const Message& b) {
  std::vector<FieldChange> out;
  std::vector<bool> used(b.fields.size(), false);
  for (const auto& field : a.fields) {
    std::size_t j = 0;
    while (j < b.fields.size() && (used[j] || b.fields[j].name != field.name)) ++j;
    if (j == b.fields.size()) {
      out.push_back({std::string(field.name), field.value, "none"});
      continue;
    }
    used[j] = true;
    if (b.fields[j].value == field.value) continue;
    out.push_back({std::string(field.name), field.value, b.fields[j].value});
  }
  for (std::size_t j = 0; j < b.fields.size(); ++j) {
    if (!used[j]) out.push_back({std::string(b.fields[j].name), "none", b.fields[j].value});
  }
  return out;
}

}  // namespace

std::string MessageComparison::where(const Pair& pair, const std::string& lane) const {
  std::string out = pair.group->name;
  const auto& ports_a = pair.halves[0].conversation.ports;
  const auto& ports_b = pair.halves[1].conversation.ports;
  if (!ports_a.empty() || !ports_b.empty()) {
    out += ports_a == ports_b ? " (" + ports_a + ")"
                              : " (" + (ports_a.empty() ? "none" : ports_a) + " in A, " +
                                    (ports_b.empty() ? "none" : ports_b) + " in B)";
  }
  if (!lane.empty()) out += ", " + lane;
  return out;
}

void MessageComparison::report(Finding finding) {
  ++differences_;
  finding.layer = layer_;
  if (findings_.size() < keep_) findings_.push_back(std::move(finding));
}

void MessageComparison::same(const Pair& pair, const Message& a, const Message& b) {
  ++compared_;
  timing_.pair(pair.group->name, a.title, a.at, b.at);
  if (!a.response_time || !b.response_time || timing_.similar(*a.response_time, *b.response_time)) {
    return;
  }
  const auto name = response_time_name(a.kind);
  if (lens_.ignores(name)) return;
  Finding finding;
  finding.kind = FindingKind::slower;
  finding.where = where(pair, "");
  finding.what = a.title + ": answered after " + seconds_text(*a.response_time) + " in A, after " +
                 seconds_text(*b.response_time) + " in B";
  finding.fields.push_back(
      {std::string(name), seconds_text(*a.response_time), seconds_text(*b.response_time)});
  finding.a = witness(a);
  finding.b = witness(b);
  report(std::move(finding));
}

// The hardware addresses of two takes may all be others, and the link-local addresses that are made
// of them (RFC 4291 appendix A) with them; they must be so one for one.
bool MessageComparison::hardware_differs(const FieldChange& change) {
  if (change.name != "arp.src.hw_mac" &&
      change.name != "bgp.update.path_attribute.link_local_next_hop") {
    return true;
  }
  if (change.a == "none" || change.b == "none") return true;
  const auto b_of_a = hardware_[0].try_emplace(change.a, change.b).first;
  const auto a_of_b = hardware_[1].try_emplace(change.b, change.a).first;
  return b_of_a->second != change.b || a_of_b->second != change.a;
}

void MessageComparison::changed(const Pair& pair, const std::string& lane, const Message& a,
                                const Message& b) {
  auto fields = changes(a, b);
  std::erase_if(fields, [this](const FieldChange& change) { return !hardware_differs(change); });
  if (fields.empty()) return same(pair, a, b);
  Finding finding;
  finding.kind = FindingKind::changed;
  finding.where = where(pair, lane);
  finding.what = a.title + ": ";
  for (std::size_t i = 0; i < fields.size(); ++i) {
    auto& field = fields[i];
    if (field.name == "udp.payload") show_octets(field.a, field.b);
    if (i > 0) finding.what += "; ";
    finding.what +=
        std::string(field_label(field.name)) + " " + field.a + " in A, " + field.b + " in B";
  }
  finding.fields = std::move(fields);
  finding.a = witness(a);
  finding.b = witness(b);
  timing_.pair(pair.group->name, a.title, a.at, b.at);
  report(std::move(finding));
}

void MessageComparison::note_alone(const Pair& pair, const Message& message, Side side) {
  if (notes_.size() >= keep_) return;
  notes_.push_back(pair.group->name + ": " + message.title + ", seen in " +
                   (side == Side::a ? "A" : "B") + " only");
}

void MessageComparison::alone(const Pair& pair, const std::string& lane, Side side,
                              const Message& message, const Lane& around, std::size_t place) {
  const auto& here = around.waiting.at(index(side));
  const auto& there = around.waiting.at(index(other(side)));
  if (message.optional && there.empty() && around.same == 0) {
    note_alone(pair, message, side);
    return;
  }
  Finding finding;
  finding.kind = side == Side::a ? FindingKind::missing : FindingKind::extra;
  finding.where = where(pair, lane);
  finding.what = (side == Side::a ? "missing in B: " : "only in B: ") + message.title;
  for (const auto& field : message.fields) {
    if (field.name == "udp.payload" || field.name == stream_kind) continue;
    auto change = side == Side::a ? FieldChange{std::string(field.name), field.value, "none"}
                                  : FieldChange{std::string(field.name), "none", field.value};
    finding.fields.push_back(std::move(change));
  }
  const auto neighbour = [](std::string_view when, const Message& m) {
    return std::string(when) + m.title + " (frame " + std::to_string(m.at.frame) + ")";
  };
  if (place > 0) finding.context.push_back(neighbour("after ", here[place - 1]));
  if (place + 1 < here.size()) finding.context.push_back(neighbour("before ", here[place + 1]));
  (side == Side::a ? finding.a : finding.b) = witness(message);
  report(std::move(finding));
}

void MessageComparison::only(const Pair& pair, Side side) {
  const Half& half = pair.halves.at(index(side));
  std::map<std::string, const Lane*> lanes;
  for (const auto& [name, lane] : pair.lanes) lanes.emplace(name, &lane);
  std::vector<const Message*> messages;
  std::uint64_t dropped = 0;
  for (const auto& [name, lane] : lanes) {
    dropped += lane->dropped.at(index(side));
    for (const auto& message : lane->waiting.at(index(side))) {
      if (message.optional) {
        note_alone(pair, message, side);
      } else {
        messages.push_back(&message);
      }
    }
  }
  if (messages.empty() && dropped == 0) return;
  std::stable_sort(messages.begin(), messages.end(),
                   [](const Message* x, const Message* y) { return x->at.frame < y->at.frame; });
  Finding finding;
  finding.kind = side == Side::a ? FindingKind::missing : FindingKind::extra;
  finding.where = where(pair, "");
  const auto count = messages.size() + dropped;
  const auto* thing = half.conversation.group.starts_with("BGP") ? "session"
                      : half.conversation.only_one               ? "conversation"
                                                                 : "connection";
  finding.what = std::string(side == Side::a ? "missing in B: " : "only in B: ") + thing + " of " +
                 std::to_string(count) + (count == 1 ? " message" : " messages");
  for (std::size_t i = 0; i < std::min<std::size_t>(messages.size(), 8); ++i) {
    finding.context.push_back(messages[i]->title + " (frame " +
                              std::to_string(messages[i]->at.frame) + ")");
  }
  if (count > 8) finding.context.push_back("and " + std::to_string(count - 8) + " more");
  const auto at = messages.empty() ? half.conversation.at : messages.front()->at;
  (side == Side::a ? finding.a : finding.b) = Witness{at.frame, at.time};
  report(std::move(finding));
}

void MessageComparison::too_many(const Pair& pair, const std::string& lane, Side side,
                                 const Lane& counted) {
  const auto count = counted.dropped.at(index(side));
  if (count == 0) return;
  Finding finding;
  finding.kind = side == Side::a ? FindingKind::missing : FindingKind::extra;
  finding.where = where(pair, lane);
  finding.what = std::string(side == Side::a ? "missing in B: " : "only in B: ") +
                 std::to_string(count) + " further messages, too many to be named";
  report(std::move(finding));
}

// Of a stream the first octet that differs is told, and nothing that follows from it.
bool MessageComparison::octets_differ(const Pair& pair, const std::string& lane, const Message& a,
                                      const Message& b) {
  if (a.kind != stream_kind && b.kind != stream_kind) return false;
  Finding finding;
  finding.kind = FindingKind::content;
  finding.where = where(pair, lane);
  finding.a = witness(a);
  finding.b = witness(b);
  if (a.kind != b.kind || a.key != b.key || a.fields.empty() || b.fields.empty()) {
    finding.what = "the stream differs: " + a.title + " in A, " + b.title + " in B";
    report(std::move(finding));
    return true;
  }
  FieldChange change{std::string(stream_kind), a.fields[0].value, b.fields[0].value};
  const auto within = first_difference(change.a, change.b);
  const auto offset = stream_offset(a.title) + within;
  const bool ends = within == change.a.size() || within == change.b.size();
  finding.what = ends ? "the stream ends after " + std::to_string(offset) + " octets in " +
                            (within == change.a.size() ? "A" : "B") + " and goes on in " +
                            (within == change.a.size() ? "B" : "A")
                      : "the stream differs from octet " + std::to_string(offset) + " on";
  show_octets(change.a, change.b);
  finding.fields.push_back(std::move(change));
  report(std::move(finding));
  return true;
}

void MessageComparison::Run::add(Side of, const Message& message) {
  if (octets == 0) {
    side = of;
    offset = stream_offset(message.title);
    at = message.at;
  }
  if (!message.fields.empty()) octets += message.fields[0].value.size();
}

void MessageComparison::octets_alone(const Pair& pair, const std::string& lane, const Run& run) {
  if (run.octets == 0) return;
  Finding finding;
  finding.kind = run.side == Side::a ? FindingKind::missing : FindingKind::extra;
  finding.where = where(pair, lane);
  finding.what = std::string(run.side == Side::a ? "missing in B: " : "only in B: ") +
                 std::to_string(run.octets) + " octets of the stream, from octet " +
                 std::to_string(run.offset);
  (run.side == Side::a ? finding.a : finding.b) = Witness{run.at.frame, run.at.time};
  report(std::move(finding));
}

// One side of a stream goes on where the other one has ended.
bool MessageComparison::stream_ends(const Pair& pair, const std::string& name, Lane& lane) {
  const auto side = lane.waiting[0].empty() ? Side::b : Side::a;
  auto& waiting = lane.waiting.at(index(side));
  if (!lane.waiting.at(index(other(side))).empty() || waiting.front().kind != stream_kind) {
    return false;
  }
  Run run;
  for (const auto& message : waiting) {
    if (message.kind == stream_kind) run.add(side, message);
  }
  octets_alone(pair, name, run);
  waiting.clear();
  return true;
}

void MessageComparison::add_notes(CaptureComparison& out) {
  constexpr std::size_t most_notes = 20;
  for (const auto& [what, count] : counts_) {
    if (count[0] == count[1]) continue;
    notes_.push_back(what + ": " + std::to_string(count[0]) + " in A, " + std::to_string(count[1]) +
                     " in B");
  }
  for (const auto& [what, digest] : orders_) {
    if (digest[0] != 0 && digest[1] != 0 && digest[0] != digest[1]) {
      notes_.push_back(what + " differs; of different prefixes it does not matter");
    }
  }
  const auto more = notes_.size() > most_notes ? notes_.size() - most_notes : 0;
  notes_.resize(notes_.size() - more);
  if (more > 0) notes_.push_back("and " + std::to_string(more) + " more notes");
  std::move(notes_.begin(), notes_.end(), std::back_inserter(out.notes));
}

}  // namespace seatrial::results
