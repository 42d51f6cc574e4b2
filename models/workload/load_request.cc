#include "models/workload/load_request.h"

#include <algorithm>
#include <utility>

namespace seatrial::workload {

// ---------------------------------------------------------------- connection

void Load::Connection::open(io::Host& host, const net::Endpoint& remote, Request& user) {
  remote_ = remote;
  user_ = &user;
  stream_ = host.connect(remote, this);
}

void Load::Connection::use(Request& user, bool to_head) {
  user_ = &user;
  parser_.restart(to_head);
}

void Load::Connection::release() {
  user_ = nullptr;
}

// Each of these may delete the connection: nothing is touched after the call.
void Load::Connection::on_connected() {
  if (user_ != nullptr) user_->connected();
}
void Load::Connection::on_data(io::Bytes bytes) {
  if (user_ != nullptr) return user_->received(bytes);
  pool_.drop(*this);  // nobody asked: an answer to nothing, as 408 when a server gives up waiting
}
void Load::Connection::on_end() {
  if (user_ != nullptr) return user_->ended();
  pool_.drop(*this);
}
void Load::Connection::on_closed(io::CloseReason reason) {
  if (user_ != nullptr) return user_->closed(reason);
  pool_.drop(*this);
}

// ---------------------------------------------------------------- pool

std::unique_ptr<Load::Connection> Load::Pool::take(const net::Endpoint& remote) {
  const auto found = idle.find(remote);
  if (found == idle.end() || found->second.empty()) return nullptr;
  auto connection = std::move(found->second.back());
  found->second.pop_back();
  connection->idle_timer.reset();
  return connection;
}

void Load::Pool::keep(std::unique_ptr<Connection> connection) {
  connection->release();
  auto* kept = connection.get();
  kept->idle_timer = host.timer([this, kept] { drop(*kept); });
  io::arm_in(host, *kept->idle_timer, idle_limit);
  idle[kept->remote()].push_back(std::move(connection));
}

void Load::Pool::drop(const Connection& connection) {
  std::erase_if(idle[connection.remote()],
                [&connection](const auto& kept) { return kept.get() == &connection; });
}

// ---------------------------------------------------------------- request

Load::Request::Request(Load& load, std::uint64_t id, std::size_t template_index, TimePoint intended)
    : load_(load), target_(load.targets_[template_index]) {
  record.load = load.config_.name;
  record.id = id;
  record.template_index = template_index;
  record.method = load.config_.requests[template_index].method;
  record.url = load.config_.requests[template_index].url;
  record.intended = intended;
  deadline_ = load.host_.timer([this] { finish(Symptom::timed_out); });
  deadline_->arm(intended + load.config_.timeout);
}

Load::Request::~Request() {
  if (query_ != 0) load_.resolver_->cancel(query_);
}

void Load::Request::start() {
  if (target_.address) return connect(*target_.address);
  resolve(dns::Type::a);
}

void Load::Request::resolve(dns::Type type) {
  const auto known = load_.names_->known.find(target_.url.host);
  if (known != load_.names_->known.end() && known->second.expires > load_.host_.now()) {
    return connect(known->second.addresses.front());
  }
  if (!record.lookup_started) record.lookup_started = load_.host_.now();
  query_ = load_.resolver_->query(
      {target_.url.host, type},
      [this, type](const dns::QueryResult& result) { resolved(result, type); });
}

void Load::Request::resolved(const dns::QueryResult& result, dns::Type type) {
  query_ = 0;
  record.lookup_finished = load_.host_.now();
  if (!result) return finish(Symptom::unresolved);
  Names::Entry entry;
  std::uint32_t ttl = 3600;
  for (const auto& answer : result->answers) {  // CNAMEs in front have their targets behind
    if (answer.type != type) continue;
    entry.addresses.push_back(std::get<net::IpAddress>(answer.data));
    ttl = std::min(ttl, answer.ttl);
  }
  if (entry.addresses.empty()) {
    if (type == dns::Type::a && result->rcode == dns::Rcode::no_error) {
      return resolve(dns::Type::aaaa);
    }
    return finish(Symptom::unresolved);
  }
  entry.expires = load_.host_.now() + std::chrono::seconds(ttl);
  const auto address = entry.addresses.front();
  load_.names_->known.insert_or_assign(target_.url.host, std::move(entry));
  connect(address);
}

void Load::Request::connect(const net::IpAddress& address) {
  record.remote = {address, target_.url.port};
  if (load_.config_.connections == ConnectionPolicy::keepalive) {
    connection_ = load_.pool_->take(record.remote);
  }
  if (connection_ == nullptr) return connect_anew();
  connection_->use(*this, target_.head);
  record.reused_connection = true;
  record.local = connection_->stream().local();
  send();
}

void Load::Request::connect_anew() {
  record.reused_connection = false;
  record.connecting = load_.host_.now();
  connection_ = std::make_unique<Connection>(*load_.pool_);
  connection_->open(load_.host_, record.remote, *this);
  connection_->use(*this, target_.head);
}

void Load::Request::connected() {
  record.connected = load_.host_.now();
  record.local = connection_->stream().local();
  send();
}

void Load::Request::send() {
  record.sent = load_.host_.now();
  connection_->stream().send(io::as_bytes(target_.bytes));
}

void Load::Request::received(io::Bytes bytes) {
  if (!record.first_byte) record.first_byte = load_.host_.now();
  connection_->parser().push(bytes);
  read_events();
}

void Load::Request::read_events() {
  for (;;) {
    const auto event = connection_->parser().next();
    switch (event.kind) {
      case http::EventKind::head:
        record.status = connection_->parser().head().status;
        record.fields = connection_->parser().head().fields;
        break;
      case http::EventKind::body: {
        record.body_size += event.body.size();
        const auto room = load_.config_.body_limit - record.body.size();
        record.body += io::as_text(event.body.first(std::min(room, event.body.size())));
        break;
      }
      case http::EventKind::complete:
        record.last_byte = load_.host_.now();
        return finish(Symptom::answered);
      case http::EventKind::need_more:
        return;
      case http::EventKind::error:
        return finish(event.error == http::ErrorKind::ended_early ? Symptom::closed
                                                                  : Symptom::malformed);
    }
  }
}

void Load::Request::ended() {
  if (!record.first_byte) {
    if (!retry_on_new_connection()) finish(Symptom::closed);
    return;
  }
  connection_->parser().push_end();
  read_events();
}

void Load::Request::closed(io::CloseReason reason) {
  switch (reason) {
    case io::CloseReason::finished:
      return finish(Symptom::closed);
    case io::CloseReason::refused:
      return finish(Symptom::refused);
    case io::CloseReason::reset:
      if (!record.first_byte && retry_on_new_connection()) return;
      return finish(Symptom::reset);
    case io::CloseReason::timed_out:
      return finish(Symptom::timed_out);
    case io::CloseReason::unreachable:
      return finish(Symptom::unreachable);
    case io::CloseReason::failed:
      return finish(Symptom::failed);
  }
}

// A server may close an idle connection while a request is on its way to it. A client tries such a
// request once more, on a new connection, when it may be repeated (RFC 9110 section 9.2.2).
bool Load::Request::retry_on_new_connection() {
  if (!record.reused_connection || retried_ || !http::is_idempotent(record.method)) return false;
  retried_ = true;
  connect_anew();
  return true;
}

void Load::Request::finish(Symptom symptom) {
  record.symptom = symptom;
  record.finished = load_.host_.now();
  if (symptom == Symptom::answered && connection_->parser().keep_alive() &&
      load_.config_.connections == ConnectionPolicy::keepalive) {
    load_.pool_->keep(std::move(connection_));
  }
  load_.finish(*this);  // deletes this
}

}  // namespace seatrial::workload
