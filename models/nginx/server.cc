// Listeners, generations and the sessions of both. A reload is SIGHUP: the new generation takes the
// listening sockets over, the old one finishes its clients.
#include "models/nginx/server.h"

#include <map>
#include <set>

#include "models/nginx/runtime.h"

namespace seatrial::nginx {

struct Server::Impl {
  Impl(io::Host& h, Config config, Observer* o, Options opts)
      : host(h),
        observer(o),
        options(std::move(opts)),
        environment{host, observer, options, [this](Session* s) { retire(s); }},
        current(std::make_shared<Generation>(host, std::move(config), 1U)) {}

  ~Impl() {
    dying = true;
    listeners.clear();
    // Sessions tell their records while observer and host are still there.
    while (!sessions.empty()) {
      const auto session = sessions.begin()->second.session;
      session->cut();
    }
  }

  struct Held {
    std::shared_ptr<Session> session;
    std::shared_ptr<Generation> generation;
  };

  static std::set<net::Endpoint> addresses(const Config& config) {
    std::set<net::Endpoint> all;
    if (config.stream) {
      for (const auto& server : config.stream->servers) {
        for (const auto& listen : server.listens) all.insert(listen.address);
      }
    }
    if (config.http) {
      for (const auto& server : config.http->servers) {
        for (const auto& listen : server.listens) all.insert(listen.address);
      }
    }
    return all;
  }

  // A wildcard covers the specific addresses of its port (nginx binds only the wildcard then).
  static std::set<net::Endpoint> sockets(const Config& config) {
    auto all = addresses(config);
    for (auto it = all.begin(); it != all.end();) {
      const net::Endpoint any{
          it->address.is_v4() ? net::IpAddress::v4(0) : *net::IpAddress::parse("::"), it->port};
      it = any != *it && all.contains(any) ? all.erase(it) : std::next(it);
    }
    return all;
  }

  static const StreamServer* stream_server(const Config& config, const net::Endpoint& local) {
    if (!config.stream) return nullptr;
    const StreamServer* wildcard = nullptr;
    for (const auto& server : config.stream->servers) {
      for (const auto& listen : server.listens) {
        if (listen.address == local) return &server;
        if (listen.address.port == local.port && listen.address.address.is_unspecified() &&
            listen.address.address.family() == local.address.family()) {
          wildcard = &server;
        }
      }
    }
    return wildcard;
  }

  tl::expected<void, std::string> open(const Config& config) {
    std::string failed;
    for (const auto& address : sockets(config)) {
      if (listeners.contains(address)) continue;
      auto listener = host.listen(
          address, [this](std::unique_ptr<io::Stream> stream) { accept(std::move(stream)); });
      if (listener) {
        listeners[address] = std::move(listener);
        continue;
      }
      if (!failed.empty()) failed += "; ";
      failed += "bind() to " + address.to_string() + " failed (98: Address already in use)";
    }
    if (!failed.empty()) return tl::unexpected(failed);
    return {};
  }

  void make_upstreams(Generation& generation, const Generation* previous) {
    const auto make = [&](const std::map<std::string, UpstreamConfig>& configs, bool in_stream,
                          auto Generation::*member) {
      for (const auto& [name, config] : configs) {
        auto upstream = std::make_shared<Upstream>(host, config, in_stream, observer);
        const Upstream* before = nullptr;
        if (previous != nullptr) {
          const auto old = (previous->*member).find(name);
          if (old != (previous->*member).end()) before = old->second.get();
        }
        upstream->start(generation.resolvers, before);
        (generation.*member)[name] = std::move(upstream);
      }
    };
    if (generation.config.stream) {
      make(generation.config.stream->upstreams, true, &Generation::stream_upstreams);
    }
    if (generation.config.http) {
      make(generation.config.http->upstreams, false, &Generation::http_upstreams);
    }
  }

  void accept(std::unique_ptr<io::Stream> stream) {
    const auto local = stream->local();
    std::shared_ptr<Session> session;
    if (sessions.size() >= worker_connections()) return;  // closed at once, as nginx does
    if (const auto* server = stream_server(current->config, local)) {
      session = make_stream_session(environment, current, *server, std::move(stream));
    } else if (current->config.http) {
      session = make_http_session(environment, current, std::move(stream));
    } else {
      return;
    }
    session->id = next_session++;
    sessions.emplace(session->id, Held{session, current});
  }

  // Each proxied connection takes two of them.
  std::size_t worker_connections() const {
    const auto each = static_cast<std::size_t>(std::max(current->config.worker_connections, 2));
    return each * static_cast<std::size_t>(std::max(current->config.worker_processes, 1)) / 2;
  }

  void retire(Session* session) {
    const auto found = sessions.find(session->id);
    if (found == sessions.end()) return;
    // It may be running: it goes when its callback is over.
    if (!dying) host.post([keep = found->second.session] { (void)keep; });
    sessions.erase(found);
  }

  void wind_down(const std::shared_ptr<Generation>& generation) {
    generation->exiting = true;
    generation->stop();
    std::vector<std::shared_ptr<Session>> theirs;
    for (const auto& [id, held] : sessions) {
      if (held.generation == generation) theirs.push_back(held.session);
    }
    for (const auto& session : theirs) session->wind_down();
    if (const auto limit = generation->config.worker_shutdown_timeout) {
      auto& timer = shutdown_timers[generation->number];
      timer = host.timer([this, number = generation->number] { cut_generation(number); });
      io::arm_in(host, *timer, *limit);
    }
  }

  void cut_generation(unsigned number) {
    std::vector<std::shared_ptr<Session>> theirs;
    for (const auto& [id, held] : sessions) {
      if (held.generation->number == number) theirs.push_back(held.session);
    }
    for (const auto& session : theirs) session->cut();
  }

  io::Host& host;
  Observer* observer;
  Options options;
  Environment environment;
  std::shared_ptr<Generation> current;
  std::map<net::Endpoint, std::unique_ptr<io::Listener>> listeners;
  std::map<std::uint64_t, Held> sessions;  // by age
  std::uint64_t next_session = 1;
  std::map<unsigned, std::unique_ptr<io::Timer>> shutdown_timers;
  bool quitting = false;
  bool dying = false;
};

Server::Server(io::Host& host, Config config, Observer* observer, Options options)
    : impl_(std::make_unique<Impl>(host, std::move(config), observer, std::move(options))) {}
Server::~Server() = default;

tl::expected<void, std::string> Server::start() {
  auto opened = impl_->open(impl_->current->config);
  if (!opened) {
    impl_->listeners.clear();
    return opened;
  }
  impl_->make_upstreams(*impl_->current, nullptr);
  return {};
}

void Server::quit() {
  impl_->quitting = true;
  impl_->listeners.clear();
  impl_->wind_down(impl_->current);
}

tl::expected<void, std::string> Server::reload(Config config) {
  const auto before = Impl::sockets(impl_->current->config);
  if (auto opened = impl_->open(config); !opened) {
    std::erase_if(impl_->listeners,
                  [&before](const auto& entry) { return !before.contains(entry.first); });
    return opened;
  }
  const auto wanted = Impl::sockets(config);
  std::erase_if(impl_->listeners,
                [&wanted](const auto& entry) { return !wanted.contains(entry.first); });
  const auto old = impl_->current;
  impl_->current = std::make_shared<Generation>(impl_->host, std::move(config), old->number + 1);
  impl_->make_upstreams(*impl_->current, old.get());
  const auto old_connections = impl_->sessions.size();
  impl_->wind_down(old);
  if (impl_->observer != nullptr) {
    impl_->observer->on_reloaded(
        {impl_->host.name(), impl_->host.now(), impl_->current->number, old_connections});
  }
  return {};
}

bool Server::set_upstream_peers(const std::string& upstream, const std::vector<PeerConfig>& peers) {
  bool found = false;
  for (auto* all : {&impl_->current->http_upstreams, &impl_->current->stream_upstreams}) {
    const auto it = all->find(upstream);
    if (it == all->end()) continue;
    it->second->set_peers(peers);
    found = true;
  }
  return found;
}

std::vector<UpstreamState> Server::upstreams() const {
  std::vector<UpstreamState> states;
  for (const auto* all : {&impl_->current->http_upstreams, &impl_->current->stream_upstreams}) {
    for (const auto& [name, upstream] : *all) states.push_back(upstream->state());
  }
  return states;
}

std::size_t Server::connections() const {
  return impl_->sessions.size();
}

bool Server::finished() const {
  return impl_->quitting && impl_->sessions.empty();
}

const Config& Server::config() const {
  return impl_->current->config;
}

unsigned Server::generation() const {
  return impl_->current->number;
}

}  // namespace seatrial::nginx
