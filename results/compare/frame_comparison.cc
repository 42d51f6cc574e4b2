#include "results/compare/frame_comparison.h"

#include <algorithm>

#include "models/bgp/constants.h"
#include "results/compare/align.h"

namespace seatrial::results {
namespace {

constexpr std::size_t most_waiting = 20'000;

// Nothing but KEEPALIVEs (RFC 4271 section 4.4) in a segment.
bool only_keepalives(ByteSpan payload) {
  constexpr std::size_t size = bgp::header_size;
  if (payload.empty() || payload.size() % size != 0) return false;
  for (std::size_t i = 0; i < payload.size(); i += size) {
    if (payload[i] != 0xff || payload[i + 18] != 4) return false;
  }
  return true;
}

}  // namespace

struct FrameComparison::Flow {
  struct Changed {
    std::uint64_t count = 0;
    std::string a, b;
    Stamp at_a, at_b;
  };

  std::string name;
  std::string kin;   // the name without the ephemeral port
  std::string port;  // that port
  std::string port_field;
  std::array<FlowBase, 2> bases;
  std::array<std::deque<FrameRecord>, 2> waiting;
  std::array<std::uint64_t, 2> seen{}, dropped{};
  std::map<std::string, Changed> fields;
};

FrameComparison::FrameComparison(const Lens& lens, const TimeTolerance& tolerance, std::size_t keep)
    : lens_(lens), timing_(tolerance, lens), keep_(keep) {}
FrameComparison::~FrameComparison() = default;

bool FrameComparison::is_ignored(const Packet& packet) const {
  if (packet.network == Network::arp) return lens_.ignores("arp");
  switch (packet.transport) {
    case Transport::icmp:
      return lens_.ignores("icmp");
    case Transport::udp:
      if (packet.source_port == 53 || packet.destination_port == 53) return lens_.ignores("dns");
      return lens_.ignores("udp");
    case Transport::tcp:
      if (packet.source_port == bgp::default_port || packet.destination_port == bgp::default_port) {
        if (lens_.ignores("bgp")) return true;
        if (lens_.ignores("bgp.keepalive") && only_keepalives(packet.payload)) return true;
      }
      return lens_.ignores("tcp");
    case Transport::other:
      break;
  }
  return lens_.ignores("data");
}

FrameComparison::Flow& FrameComparison::flow_of(Side side, const Packet& packet, bool& from_low) {
  const net::Endpoint source{packet.source, packet.source_port};
  const net::Endpoint destination{packet.destination, packet.destination_port};
  auto key = flow_key(source, destination, from_low);
  // One map for all protocols: the low bits of a port that does not exist tell them apart.
  const bool ports = packet.transport == Transport::tcp || packet.transport == Transport::udp;
  if (packet.network == Network::other) {
    const auto low = std::min(packet.eth_source, packet.eth_destination);
    from_low = low == packet.eth_source;
    key.low.port = packet.ethertype;
  } else if (!ports) {
    key.low.port = packet.protocol;
  }
  auto& known = by_key_.at(index(side));
  const auto found = known.find(key);
  if (found != known.end() &&
      found->second->port_field.starts_with("udp") == (packet.transport == Transport::udp)) {
    return *found->second;
  }
  const auto low = lens_.name(key.low);
  const auto high = lens_.name(key.high);
  std::string name;
  std::string kin;
  std::string port;
  std::string port_field;
  if (packet.network == Network::other) {
    name = "frames of type " + std::to_string(packet.ethertype);
  } else if (!ports) {
    const auto& from = lens_.name(key.low.address);
    const auto& to = lens_.name(key.high.address);
    name = (packet.network == Network::arp ? std::string("ARP ")
            : packet.transport == Transport::icmp
                ? std::string("ICMP ")
                : "IP protocol " + std::to_string(packet.protocol) + " ") +
           from + " - " + to;
  } else {
    const std::string protocol = packet.transport == Transport::tcp ? "TCP " : "UDP ";
    name = protocol + low + " - " + high;
    // The lower port is the server's.
    const bool low_is_server = key.low.port < key.high.port;
    kin = protocol + (low_is_server ? low : high) + " - " +
          lens_.name(low_is_server ? key.high.address : key.low.address);
    port = std::to_string(low_is_server ? key.high.port : key.low.port);
    port_field = packet.transport == Transport::tcp ? "tcp.port" : "udp.port";
  }
  auto& flow = flows_[name];
  if (!flow) {
    flow = std::make_unique<Flow>();
    flow->name = name;
    flow->kin = kin;
    flow->port = port;
    flow->port_field = port_field;
  }
  known[key] = flow.get();
  return *flow;
}

void FrameComparison::add(Side side, LinkType link, const CapturedFrame& frame) {
  const auto packet = dissect(link, frame);
  if (is_ignored(packet)) return;
  bool from_low = true;
  Flow& flow = flow_of(side, packet, from_low);
  ++flow.seen.at(index(side));
  auto& waiting = flow.waiting.at(index(side));
  if (waiting.size() >= most_waiting) {
    ++flow.dropped.at(index(side));
    return;
  }
  // Under other addresses the two sides may sort the endpoints the other way round.
  const bool renamed_low =
      lens_.renamed() == 0 ? from_low : lens_.name(packet.source) <= lens_.name(packet.destination);
  waiting.push_back(record_of(packet, frame, renamed_low, flow.bases.at(index(side)), lens_));
  if (waiting.size() == most_waiting) full_.at(index(side)).insert(&flow);
  consume(flow);
}

void FrameComparison::consume(Flow& flow) {
  drain(flow);
  for (const auto side : {Side::a, Side::b}) {
    auto& full = full_.at(index(side));
    if (!full.empty() && flow.waiting.at(index(side)).size() < most_waiting) full.erase(&flow);
  }
}

void FrameComparison::drain(Flow& flow) {
  auto& a = flow.waiting[0];
  auto& b = flow.waiting[1];
  while (!a.empty() && !b.empty()) {
    if (a.front().digest == b.front().digest) {
      same(flow, a.front(), b.front());
      a.pop_front();
      b.pop_front();
    } else if (std::min(a.size(), b.size()) >= align_window) {
      resolve(flow, false);
    } else {
      return;
    }
  }
}

void FrameComparison::resolve(Flow& flow, bool everything) {
  auto& a = flow.waiting[0];
  auto& b = flow.waiting[1];
  const auto likeness = [&](std::size_t i, std::size_t j) {
    return a[i].digest == b[j].digest ? 2 : a[i].is_like(b[j]) ? 1 : 0;
  };
  align_waiting(a, b, everything, likeness, [&](const Aligned& edit) {
    if (edit.a && edit.b) {
      changed(flow, a[*edit.a], b[*edit.b]);
    } else if (edit.a) {
      alone(flow, Side::a, a[*edit.a]);
    } else {
      alone(flow, Side::b, b[*edit.b]);
    }
  });
}

void FrameComparison::same(const Flow& flow, const FrameRecord& a, const FrameRecord& b) {
  ++compared_;
  timing_.pair(flow.name, a.title(), a.at, b.at);
}

void FrameComparison::changed(Flow& flow, const FrameRecord& a, const FrameRecord& b) {
  same(flow, a, b);
  if (a.digest == b.digest) return;
  for (std::size_t i = 0; i < frame_fields; ++i) {
    const auto field = static_cast<FrameField>(i);
    const auto name = frame_field_name(field, a.network, a.transport);
    if (a.values.at(i) == b.values.at(i) || lens_.ignores(name)) continue;
    auto& entry = flow.fields[std::string(name)];
    if (++entry.count == 1) entry = {1, a.text(field), b.text(field), a.at, b.at};
  }
}

void FrameComparison::report(Finding finding) {
  ++differences_;
  finding.layer = Layer::frames;
  if (findings_.size() < keep_) findings_.push_back(std::move(finding));
}

void FrameComparison::alone(const Flow& flow, Side side, const FrameRecord& record) {
  Finding finding;
  finding.kind = side == Side::a ? FindingKind::missing : FindingKind::extra;
  finding.where = flow.name;
  finding.what = (side == Side::a ? "missing in B: " : "only in B: ") + record.title();
  if (record.transport == Transport::tcp) {
    finding.what += ", seq " + record.text(FrameField::sequence) + " ack " +
                    record.text(FrameField::acknowledgment);
  }
  (side == Side::a ? finding.a : finding.b) = Witness{record.at.frame, record.at.time};
  report(std::move(finding));
}

void FrameComparison::report_fields(const Flow& flow) {
  for (const auto& [name, entry] : flow.fields) {
    Finding finding;
    finding.kind = FindingKind::changed;
    finding.where = flow.name;
    finding.what = std::string(field_label(name)) + " " + entry.a + " in A, " + entry.b + " in B";
    if (entry.count > 1) {
      finding.what += ", the first of " + std::to_string(entry.count) + " frames that differ so";
    }
    finding.fields.push_back({name, entry.a, entry.b});
    finding.a = Witness{entry.at_a.frame, entry.at_a.time};
    finding.b = Witness{entry.at_b.frame, entry.at_b.time};
    report(std::move(finding));
  }
}

void FrameComparison::pair_leftovers() {
  std::map<std::string, std::array<std::vector<Flow*>, 2>> kin;
  for (auto& [_, flow] : flows_) {
    if (flow->kin.empty() || (flow->seen[0] > 0) == (flow->seen[1] > 0)) continue;
    kin[flow->kin].at(flow->seen[0] > 0 ? 0 : 1).push_back(flow.get());
  }
  for (auto& [_, sides] : kin) {
    for (std::size_t side = 0; side < 2; ++side) {
      std::sort(sides.at(side).begin(), sides.at(side).end(), [side](const Flow* x, const Flow* y) {
        return x->waiting.at(side).front().at.frame < y->waiting.at(side).front().at.frame;
      });
    }
    for (std::size_t k = 0; k < std::min(sides[0].size(), sides[1].size()); ++k) {
      Flow& a = *sides[0][k];
      Flow& b = *sides[1][k];
      if (!lens_.ignores(a.port_field)) {
        a.fields[a.port_field] = {1, a.port, b.port, a.waiting[0].front().at,
                                  b.waiting[1].front().at};
      }
      // Which endpoint sorts first depends on the port alone where the addresses are the same.
      a.waiting[1] = std::move(b.waiting[1]);
      a.dropped[1] = b.dropped[1];
      b.waiting[1].clear();
      b.dropped[1] = 0;
      consume(a);
    }
  }
}

void FrameComparison::finish(const std::array<CaptureSpan, 2>& spans, CaptureComparison& out) {
  pair_leftovers();
  bool same_packets = false;
  for (auto& [_, flow] : flows_) {
    const auto& [a, b] = flow->bases;
    same_packets = same_packets || (a.known[0] && b.known[0] && a.sequence == b.sequence);
    resolve(*flow, true);
    report_fields(*flow);
    for (const auto side : {Side::a, Side::b}) {
      const auto dropped = flow->dropped.at(index(side));
      if (dropped == 0) continue;
      Finding finding;
      finding.kind = side == Side::a ? FindingKind::missing : FindingKind::extra;
      finding.where = flow->name;
      finding.what = std::string(side == Side::a ? "missing in B: " : "only in B: ") +
                     std::to_string(dropped) + " further frames, too many to be named";
      report(std::move(finding));
    }
  }
  for (auto& finding : timing_.finish(Layer::frames, spans, same_packets, out.notes)) {
    report(std::move(finding));
  }
  for (auto& finding : findings_) {
    if (finding.a) finding.a->time = TimePoint(finding.a->time - spans[0].origin());
    if (finding.b) finding.b->time = TimePoint(finding.b->time - spans[1].origin());
  }
  std::stable_sort(findings_.begin(), findings_.end(), [](const Finding& x, const Finding& y) {
    const auto when = [](const Finding& f) {
      return f.a ? f.a->time : f.b ? f.b->time : TimePoint();
    };
    return when(x) < when(y);
  });
  LayerVerdict verdict;
  verdict.layer = Layer::frames;
  verdict.differences = differences_;
  verdict.compared = compared_;
  verdict.same = differences_ == 0;
  out.add(verdict);
  out.differences += differences_;
  std::move(findings_.begin(), findings_.end(), std::back_inserter(out.findings));
}

}  // namespace seatrial::results
