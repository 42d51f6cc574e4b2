#include "models/dns/resolver.h"

#include <algorithm>
#include <utility>

#include "models/dns/codec.h"

namespace seatrial::dns {

std::string_view to_string(QueryError::Kind kind) {
  switch (kind) {
    case QueryError::Kind::timed_out:
      return "timed out";
    case QueryError::Kind::refused:
      return "refused";
    case QueryError::Kind::malformed:
      return "malformed answer";
    case QueryError::Kind::invalid:
      return "invalid question";
  }
  return "?";
}

struct Resolver::Channel : io::DatagramHandler {
  Channel(Resolver& owner, const net::Endpoint& server) : resolver(owner) {
    const auto any = server.address.is_v4() ? net::IpAddress{} : *net::IpAddress::parse("::");
    socket = owner.host_.bind_datagram({owner.options_.source.value_or(any), 0}, this);
  }
  void on_datagram(const net::Endpoint& from, const net::Endpoint&, io::Bytes bytes) override {
    resolver.receive(from, bytes, false);
  }
  void on_unreachable(const net::Endpoint& to) override { resolver.unreachable(to); }

  Resolver& resolver;
  std::unique_ptr<io::DatagramSocket> socket;
};

struct Resolver::Pending : io::StreamHandler {
  Pending(Resolver& owner, QueryId number) : resolver(owner), query_id(number) {}

  // TCP: one query, one answer, each after its length.
  void on_connected() override {
    const auto size = static_cast<std::uint16_t>(wire.size());
    std::vector<std::uint8_t> framed{static_cast<std::uint8_t>(size >> 8),
                                     static_cast<std::uint8_t>(size & 0xFF)};
    framed.insert(framed.end(), wire.begin(), wire.end());
    stream->send(framed);
  }
  void on_data(io::Bytes bytes) override {
    input.insert(input.end(), bytes.begin(), bytes.end());
    if (input.size() < 2) return;
    const std::size_t length = static_cast<std::size_t>(input[0] << 8 | input[1]);
    if (input.size() - 2 < length) return;
    const std::vector<std::uint8_t> answer(input.begin() + 2,
                                           input.begin() + 2 + static_cast<std::ptrdiff_t>(length));
    input.clear();
    stream.reset();
    resolver.receive(net::Endpoint(server), answer, true);  // may delete this
  }
  void on_end() override { stream_failed(); }
  void on_closed(io::CloseReason) override { stream_failed(); }
  void stream_failed() {
    refused = true;
    stream.reset();  // the resend timer is running
  }

  Resolver& resolver;
  const QueryId query_id;
  std::uint16_t id = 0;
  Question question;
  std::vector<std::uint8_t> wire;
  QueryHandler done;
  net::Endpoint server;  // asked last
  unsigned attempts = 0;
  bool refused = false;
  bool malformed = false;
  bool tcp = false;
  std::string invalid;
  std::unique_ptr<io::Timer> resend, deadline;
  std::unique_ptr<Channel> own_channel;
  std::unique_ptr<io::Stream> stream;
  std::vector<std::uint8_t> input;
};

Resolver::Resolver(io::Host& host, std::vector<net::Endpoint> servers, ResolverOptions options)
    : host_(host), servers_(std::move(servers)), options_(options) {}
Resolver::~Resolver() = default;

Resolver::QueryId Resolver::query(const Question& question, QueryHandler done) {
  const auto query_id = next_query_++;
  auto& pending =
      *pending_.emplace(query_id, std::make_unique<Pending>(*this, query_id)).first->second;
  pending.question = {canonical_name(question.name), question.type};
  pending.done = std::move(done);
  const auto taken = [this, query_id](std::uint16_t id) {
    return std::any_of(pending_.begin(), pending_.end(),
                       [&](const auto& p) { return p.first != query_id && p.second->id == id; });
  };
  auto& random = host_.random("dns-id");
  do {
    pending.id = static_cast<std::uint16_t>(random.below(65536));
  } while (taken(pending.id) && pending_.size() < 65536);

  Message message;
  message.id = pending.id;
  message.questions.push_back(pending.question);
  auto wire = encode(message);
  if (servers_.empty()) pending.invalid = "no name server";
  if (!wire) pending.invalid = wire.error().message;
  pending.deadline =
      host_.timer([this, query_id] { finish(query_id, failure(*pending_.at(query_id))); });
  if (!pending.invalid.empty()) {
    pending.deadline->arm(host_.now());  // never inside this call
    return query_id;
  }
  pending.wire = *std::move(wire);
  pending.resend = host_.timer([this, query_id] { attempt_over(*pending_.at(query_id)); });
  io::arm_in(host_, *pending.deadline, options_.timeout);
  send(pending);
  return query_id;
}

void Resolver::cancel(QueryId id) {
  pending_.erase(id);
}

void Resolver::send(Pending& pending) {
  ++pending.attempts;
  pending.server = servers_[next_server_++ % servers_.size()];
  if (pending.tcp) return start_tcp(pending);
  io::arm_in(host_, *pending.resend, options_.resend);
  auto& channel = options_.port_per_query ? pending.own_channel : channels_[pending.server];
  if (options_.port_per_query || channel == nullptr || channel->socket == nullptr) {
    channel = std::make_unique<Channel>(*this, pending.server);
  }
  if (channel->socket == nullptr) {
    pending.refused = true;
    return;
  }
  channel->socket->send(pending.server, pending.wire);
}

void Resolver::attempt_over(Pending& pending) {
  if (options_.attempts != 0 && pending.attempts >= options_.attempts) {
    return finish(pending.query_id, failure(pending));
  }
  send(pending);
}

void Resolver::start_tcp(Pending& pending) {
  pending.tcp = true;
  pending.input.clear();
  io::arm_in(host_, *pending.resend, options_.tcp_timeout);
  io::ConnectOptions options;
  options.source = options_.source;
  pending.stream = host_.connect(pending.server, &pending, options);
}

void Resolver::receive(const net::Endpoint& from, io::Bytes bytes, bool over_tcp) {
  const auto message = decode(bytes);
  if (!message) {
    for (auto& [id, pending] : pending_) {
      if (pending->server == from) pending->malformed = true;
    }
    return;
  }
  if (!message->response) return;
  for (auto& [id, pending] : pending_) {
    // The address, the id and the question must all be ours, or anyone could answer.
    if (pending->id != message->id || pending->server != from) continue;
    if (!message->questions.empty() && message->questions.front() != pending->question) continue;
    if (message->questions.empty() && message->rcode == Rcode::no_error) continue;
    if (message->truncated && !over_tcp) {
      if (!pending->tcp) start_tcp(*pending);
      return;
    }
    return finish(id, *message);
  }
}

void Resolver::unreachable(const net::Endpoint& server) {
  for (auto& [id, pending] : pending_) {
    if (pending->server == server && !pending->tcp) pending->refused = true;
  }
}

QueryResult Resolver::failure(const Pending& pending) const {
  QueryError error;
  if (!pending.invalid.empty()) {
    error.kind = QueryError::Kind::invalid;
    error.message = "resolving " + pending.question.name + ": " + pending.invalid;
    return tl::unexpected(std::move(error));
  }
  error.kind = pending.malformed ? QueryError::Kind::malformed
               : pending.refused ? QueryError::Kind::refused
                                 : QueryError::Kind::timed_out;
  error.message = "resolving " + pending.question.name + " at";
  for (const auto& server : servers_) error.message += " " + server.to_string();
  error.message += ": " + std::string(to_string(error.kind)) + " after " +
                   std::to_string(pending.attempts) +
                   (pending.attempts == 1 ? " attempt" : " attempts");
  return tl::unexpected(std::move(error));
}

void Resolver::finish(QueryId id, QueryResult result) {
  auto node = pending_.extract(id);
  if (node.empty()) return;
  const auto done = std::move(node.mapped()->done);
  node.mapped().reset();  // before the call, which may delete this resolver
  if (done) done(result);
}

}  // namespace seatrial::dns
