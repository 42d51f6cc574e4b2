#include "models/ingress/controller.h"

#include <algorithm>
#include <charconv>

#include "models/ingress/ready_endpoint.h"
#include "models/nginx/reader.h"

namespace seatrial::ingress {
namespace {

using kubernetes::EventType;

// A reload with nothing but the default server: what runs before the first sync.
GeneratedConfig empty_config(const ControllerOptions& options) {
  static const kubernetes::Store<kubernetes::Ingress>::Map ingresses;
  static const kubernetes::Store<kubernetes::VirtualServer>::Map servers;
  static const kubernetes::Store<kubernetes::Service>::Map services;
  static const kubernetes::Store<kubernetes::EndpointSlice>::Map slices;
  return generate({ingresses, servers, services, slices}, {options.plus, options.class_name, 80});
}

}  // namespace

class Controller::ReadyEndpoint : public ingress::ReadyEndpoint {
 public:
  using ingress::ReadyEndpoint::ReadyEndpoint;
};

Controller::Controller(io::Host& host, kubernetes::ApiServer& api, const ControllerOptions& options,
                       Observer* observer, nginx::Observer* nginx_observer)
    : host_(host),
      options_(options),
      observer_(observer),
      nginx_observer_(nginx_observer),
      current_(empty_config(options)),
      step_(host.timer([this] {
        const auto then = std::move(then_);
        then_ = nullptr;
        then();
      })),
      quit_poll_(host.timer([this] {
        if (server_ && !server_->finished()) {
          io::arm_in(host_, *quit_poll_, std::chrono::milliseconds(100));
        } else if (quit_done_) {
          const auto done = std::move(quit_done_);
          done();
        }
      })) {
  apply(current_.text);
  if (options_.ready_status) {
    ready_endpoint_ = std::make_unique<ReadyEndpoint>(
        host, options_.ready_port, options_.ready_path, [this] { return ready_; });
  }
  const auto watch = [&]<typename T>(kubernetes::Store<T>& store, const std::string& kind) {
    return std::make_unique<kubernetes::Informer<T>>(
        host_, store, "nginx-ingress/" + kind, options_.watch,
        [this, kind](const kubernetes::Event<T>& event) {
          enqueue(kind + " " + event.object->meta.key().to_string());
        });
  };
  ingresses_ = watch(api.ingresses(), "Ingress");
  virtual_servers_ = watch(api.virtual_servers(), "VirtualServer");
  services_ = watch(api.services(), "Service");
  slices_ = watch(api.endpoint_slices(), "EndpointSlice");
  enqueue("start");  // a cluster without a single object is in sync as well
}

Controller::~Controller() = default;

bool Controller::synced() const {
  return ingresses_->synced() && virtual_servers_->synced() && services_->synced() &&
         slices_->synced();
}

void Controller::enqueue(const std::string& cause) {
  const bool known = std::any_of(queue_.begin(), queue_.end(),
                                 [&](const Task& task) { return task.cause == cause; });
  if (!known) queue_.push_back({cause, host_.now()});
  if (!busy_ && !then_) {
    then_ = [this] { work(); };
    step_->arm(host_.now());
  }
}

// task_queue.go's worker and controller.go's sync().
void Controller::work() {
  while (!busy_ && !queue_.empty()) {
    const Task task = queue_.front();
    queue_.pop_front();
    begin(task);
  }
}

void Controller::begin(const Task& task) {
  SyncRecord record{host_.name(), {}, task.queued, SyncRecord::Action::none, task.cause, 1, {}};
  if (!started_) {
    ++batched_;
    if (!queue_.empty() || !synced()) return;
    started_ = true;
    record.cause = "first sync";
    record.tasks = std::exchange(batched_, 0);
    reload(generate_now(), record);
    return;
  }
  if (queue_.size() > 1) batch_ = true;
  if (batch_) {
    ++batched_;
    if (!queue_.empty()) return;
    batch_ = false;
    record.cause = "batch";
    record.tasks = std::exchange(batched_, 0);
    reload(generate_now(), record);
    return;
  }
  GeneratedConfig next = generate_now();
  report_conflicts(next);
  if (next.text == current_.text) {
    finish(record);
  } else if (options_.plus && next.shape == current_.shape) {
    update_by_api(std::move(next), record);
  } else {
    reload(std::move(next), record);
  }
}

GeneratedConfig Controller::generate_now() {
  GeneratedConfig next = generate(
      {ingresses_->cache(), virtual_servers_->cache(), services_->cache(), slices_->cache()},
      {options_.plus, options_.class_name, 80});
  return next;
}

void Controller::report_conflicts(const GeneratedConfig& next) {
  for (const Conflict& conflict : next.conflicts) {
    const std::string key = conflict.host + " " + conflict.winner + " " + conflict.loser;
    if (reported_conflicts_.insert(key).second && observer_ != nullptr) {
      observer_->on_conflict(host_.name(), host_.now(), conflict);
    }
  }
}

// The text through nginx's own reader; what the reader or nginx says when it is refused.
std::string Controller::apply(const std::string& text) {
  Diagnostics diagnostics;
  nginx::Config config =
      nginx::read_text(text, "/etc/nginx/nginx.conf", nginx::MemoryFiles({}), diagnostics);
  if (diagnostics.has_errors()) return diagnostics.to_string();
  if (server_) {
    const auto done = server_->reload(std::move(config));
    return done ? "" : done.error();
  }
  server_ =
      std::make_unique<nginx::Server>(host_, std::move(config), nginx_observer_, options_.nginx);
  const auto done = server_->start();
  return done ? "" : done.error();
}

void Controller::reload(GeneratedConfig next, SyncRecord record) {
  busy_ = true;
  ++reloads_;
  report_conflicts(next);
  record.action = SyncRecord::Action::reload;
  const Duration work =
      host_.random("nginx-ingress/reload").between(options_.reload.low, options_.reload.high);
  // The controller asks for the version every `poll` and goes on at the first answer that has it.
  const auto polls =
      std::max<Duration::rep>(1, (work + options_.poll - Duration{1}) / options_.poll);
  const TimePoint seen = host_.now() + polls * options_.poll;
  then_ = [this, next = std::move(next), record, seen]() mutable {
    record.error = apply(next.text);
    current_ = std::move(next);
    then_ = [this, record] { finish(record); };
    step_->arm(seen);
  };
  io::arm_in(host_, *step_, work);
}

void Controller::update_by_api(GeneratedConfig next, SyncRecord record) {
  busy_ = true;
  record.action = SyncRecord::Action::api;
  std::vector<std::string> changed;
  for (const auto& [upstream, endpoints] : next.endpoints) {
    const auto before = current_.endpoints.find(upstream);
    if (before == current_.endpoints.end() || before->second != endpoints) {
      changed.push_back(upstream);
    }
  }
  Duration took{0};
  for (std::size_t i = 0; i < changed.size(); ++i) {
    took +=
        host_.random("nginx-ingress/api").between(options_.api_call.low, options_.api_call.high);
  }
  then_ = [this, next = std::move(next), record, changed]() mutable {
    // The peers with all their parameters, from the text that a reload would have read.
    Diagnostics diagnostics;
    const nginx::Config config =
        nginx::read_text(next.text, "/etc/nginx/nginx.conf", nginx::MemoryFiles({}), diagnostics);
    bool accepted = !diagnostics.has_errors() && config.http.has_value();
    for (const std::string& upstream : changed) {
      if (!accepted) break;
      const auto found = config.http->upstreams.find(upstream);
      accepted = found != config.http->upstreams.end() &&
                 server_->set_upstream_peers(upstream, found->second.servers);
    }
    if (!accepted) {  // as the controller does: an error of the API is answered by a reload
      reload(std::move(next), record);
      return;
    }
    api_updates_ += changed.size();
    current_ = std::move(next);
    finish(record);
  };
  io::arm_in(host_, *step_, took);
}

void Controller::finish(SyncRecord record) {
  record.at = host_.now();
  if (observer_ != nullptr) observer_->on_synced(record);
  if (started_ && !ready_ && record.error.empty()) {
    ready_ = true;
    if (observer_ != nullptr) observer_->on_ready(host_.name(), host_.now());
  }
  if (!busy_) return;
  busy_ = false;
  if (!queue_.empty()) {
    then_ = [this] { work(); };
    step_->arm(host_.now());
  }
}

void Controller::quit(std::function<void()> done) {
  ready_ = false;
  ingresses_.reset();
  virtual_servers_.reset();
  services_.reset();
  slices_.reset();
  step_->cancel();
  then_ = nullptr;
  busy_ = true;  // nothing is worked on any more
  queue_.clear();
  quit_done_ = std::move(done);
  if (server_) server_->quit();
  io::arm_in(host_, *quit_poll_, Duration{0});
}

ControllerOptions controller_options(const kubernetes::Container& container,
                                     Diagnostics& diagnostics) {
  ControllerOptions options;
  for (std::string argument : container.args) {
    const std::string written = argument;
    argument.erase(0, argument.starts_with("--") ? 2 : (argument.starts_with("-") ? 1 : 0));
    const auto equals = argument.find('=');
    const std::string name = argument.substr(0, equals);
    const std::string value = equals == std::string::npos ? "true" : argument.substr(equals + 1);
    if (name == "nginx-plus") {
      options.plus = value == "true";
    } else if (name == "ingress-class") {
      options.class_name = value;
    } else if (name == "ready-status") {
      options.ready_status = value == "true";
    } else if (name == "ready-status-port") {
      const auto [end, failed] =
          std::from_chars(value.data(), value.data() + value.size(), options.ready_port);
      if (failed != std::errc() || end != value.data() + value.size()) {
        diagnostics.error(container.position, "argument '" + written + "' has no port",
                          "-ready-status-port=8081");
      }
    } else if (name == "nginx-configmaps" || name == "default-server-tls-secret" ||
               name == "wildcard-tls-secret" || name == "report-ingress-status" ||
               name == "external-service" || name == "enable-leader-election" ||
               name == "leader-election-lock-name" || name == "v" || name == "nginx-status" ||
               name == "nginx-status-port" || name == "enable-prometheus-metrics" ||
               name == "health-status" || name == "enable-custom-resources" ||
               name == "enable-snippets" || name == "alsologtostderr" ||
               name == "stderrthreshold" || name == "nginx-reload-timeout") {
      continue;  // decides nothing about requests here
    } else {
      diagnostics.error(
          container.position,
          "argument '" + written + "' of container " + container.name + " is not modelled",
          "-nginx-plus, -ingress-class=, -ready-status=, -ready-status-port=");
    }
  }
  return options;
}

}  // namespace seatrial::ingress
