#include "models/dns/server.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "models/dns/codec.h"

namespace seatrial::dns {
namespace {

using Wire = std::vector<std::uint8_t>;

constexpr std::size_t header_size = 12;

bool is_response(io::Bytes bytes) {
  return bytes.size() >= header_size && (bytes[2] & 0x80) != 0;
}

// The first `count` records of the three sections together. A cut in the answer or the authority
// loses data that belongs to the answer, and TC says so (RFC 2181 section 9).
Message keep_records(Message message, std::size_t count) {
  const auto cut = [&count](std::vector<Record>& records) {
    const bool too_long = records.size() > count;
    if (too_long) records.resize(count);
    count -= records.size();
    return too_long;
  };
  const bool answer_cut = cut(message.answers);
  const bool authority_cut = cut(message.authority);
  cut(message.additional);
  message.truncated = answer_cut || authority_cut;
  return message;
}

// As many whole records as fit into `limit`.
tl::expected<Wire, CodecError> encode_within(Message& message, std::size_t limit) {
  auto whole = encode(message);
  if (!whole || whole->size() <= limit) return whole;
  std::size_t fits = 0;
  std::size_t too_many =
      message.answers.size() + message.authority.size() + message.additional.size();
  while (too_many - fits > 1) {
    const auto middle = fits + (too_many - fits) / 2;
    const auto wire = encode(keep_records(message, middle));
    (wire && wire->size() <= limit ? fits : too_many) = middle;
  }
  message = keep_records(std::move(message), fits);
  return encode(message);
}

}  // namespace

// One TCP connection: messages with a length of two octets before each (RFC 1035 section 4.2.2),
// answered in the order they came.
struct Server::Session : io::StreamHandler {
  Session(Server& owner, std::uint64_t number, std::unique_ptr<io::Stream> accepted)
      : server(owner),
        id(number),
        stream(std::move(accepted)),
        idle(owner.host_.timer([this] { server.sessions_.erase(id); })) {
    stream->set_handler(this);
    io::arm_in(server.host_, *idle, server.options_.tcp_idle);
  }

  void on_data(io::Bytes bytes) override {
    io::arm_in(server.host_, *idle, server.options_.tcp_idle);
    input.insert(input.end(), bytes.begin(), bytes.end());
    std::size_t used = 0;
    while (input.size() - used >= 2) {
      const std::size_t length = static_cast<std::size_t>(input[used] << 8 | input[used + 1]);
      if (input.size() - used - 2 < length) break;
      query({input.begin() + static_cast<std::ptrdiff_t>(used + 2),
             input.begin() + static_cast<std::ptrdiff_t>(used + 2 + length)});
      used += 2 + length;
    }
    input.erase(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(used));
  }

  void query(Wire bytes) {
    ++unanswered;
    const auto received = server.host_.now();
    server.host_.spend(server.options_.processing,
                       [alive = std::weak_ptr(server.alive_), &owner = server, number = id,
                        query_bytes = std::move(bytes), received] {
                         if (alive.expired()) return;
                         const auto found = owner.sessions_.find(number);
                         if (found != owner.sessions_.end())
                           found->second->answer(query_bytes, received);
                       });
  }

  void answer(const Wire& query_bytes, TimePoint received) {
    --unanswered;
    auto wire = server.answer(query_bytes, stream->remote(), received, true);
    if (!wire.empty()) {
      const auto size = static_cast<std::uint16_t>(wire.size());
      wire.insert(wire.begin(),
                  {static_cast<std::uint8_t>(size >> 8), static_cast<std::uint8_t>(size & 0xFF)});
      stream->send(wire);
    }
    leave_if_done();
  }

  void on_end() override {
    ended = true;
    leave_if_done();
  }
  void leave_if_done() {
    if (ended && unanswered == 0) server.sessions_.erase(id);  // deletes this
  }
  void on_closed(io::CloseReason) override { server.sessions_.erase(id); }

  Server& server;
  const std::uint64_t id;
  std::unique_ptr<io::Stream> stream;
  std::unique_ptr<io::Timer> idle;
  Wire input;
  std::size_t unanswered = 0;
  bool ended = false;
};

Server::Server(io::Host& host, const net::Endpoint& listen, RecordSource& source,
               ServerOptions options, ServerObserver* observer)
    : host_(host),
      source_(source),
      options_(options),
      observer_(observer),
      alive_(std::make_shared<bool>(true)),
      socket_(host.bind_datagram(listen, this)) {
  if (socket_ == nullptr) return;
  // With port 0 both get the port that UDP was given.
  listener_ =
      host.listen({listen.address, socket_->local().port},
                  [this](std::unique_ptr<io::Stream> stream) { accept(std::move(stream)); });
}

Server::~Server() = default;

bool Server::listening() const {
  return socket_ != nullptr && listener_ != nullptr;
}

net::Endpoint Server::local() const {
  return socket_ != nullptr ? socket_->local() : net::Endpoint{};
}

void Server::accept(std::unique_ptr<io::Stream> stream) {
  const auto id = next_session_++;
  sessions_.emplace(id, std::make_unique<Session>(*this, id, std::move(stream)));
}

void Server::on_datagram(const net::Endpoint& from, const net::Endpoint& to, io::Bytes bytes) {
  host_.spend(options_.processing,
              [this, alive = std::weak_ptr(alive_), from, to,
               query = Wire(bytes.begin(), bytes.end()), received = host_.now()] {
                if (alive.expired()) return;
                const auto wire = answer(query, from, received, false);
                if (!wire.empty()) socket_->send(from, wire, to.address);
              });
}

std::vector<std::uint8_t> Server::answer(io::Bytes query, const net::Endpoint& client,
                                         TimePoint received, bool tcp) {
  // A response is not answered, whatever it says: two servers would go on for ever.
  if (query.size() < header_size || is_response(query)) return {};
  ++queries_;
  Message reply;
  std::size_t limit = tcp ? 65535 : options_.udp_size;
  const auto asked = decode(query);
  if (!asked) {
    reply.id = static_cast<std::uint16_t>(query[0] << 8 | query[1]);
    reply.rcode = Rcode::format_error;
    reply.recursion_desired = false;
  } else {
    reply.id = asked->id;
    reply.opcode = asked->opcode;
    reply.recursion_desired = asked->recursion_desired;
    reply.questions = asked->questions;
    if (asked->edns_udp_size) {
      reply.edns_udp_size = options_.edns_udp_size;
      if (!tcp)
        limit = std::clamp(*asked->edns_udp_size, options_.udp_size,
                           std::max(options_.edns_udp_size, options_.udp_size));
    }
    if (asked->opcode != 0) {
      reply.rcode = Rcode::not_implemented;
    } else if (asked->questions.size() != 1) {
      reply.rcode = Rcode::format_error;
    } else {
      auto found = source_.lookup(asked->questions.front());
      reply.rcode = found.rcode;
      reply.authoritative = found.authoritative;
      reply.answers = std::move(found.answers);
      reply.authority = std::move(found.authority);
      reply.additional = std::move(found.additional);
    }
  }
  reply.response = true;
  reply.recursion_available = options_.recursion_available;
  auto wire = encode_within(reply, limit);
  if (!wire) {  // the source gave a record that has no wire form
    reply.rcode = Rcode::server_failure;
    reply.answers.clear();
    reply.authority.clear();
    reply.additional.clear();
    wire = encode(reply);
  }
  if (observer_ != nullptr) {
    observer_->on_query_answered({host_.name(), received, host_.now(), client,
                                  reply.questions.empty() ? Question{} : reply.questions.front(),
                                  reply.rcode, reply.answers.size(), reply.truncated, tcp});
  }
  return wire ? *std::move(wire) : Wire{};
}

}  // namespace seatrial::dns
