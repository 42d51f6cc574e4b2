#include "models/workload/load.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "models/workload/load_request.h"

namespace seatrial::workload {

std::optional<Arrival> parse_arrival(std::string_view text) {
  for (const auto arrival : {Arrival::poisson, Arrival::constant, Arrival::uniform}) {
    if (text == to_string(arrival)) return arrival;
  }
  return std::nullopt;
}

std::string_view to_string(Arrival arrival) {
  switch (arrival) {
    case Arrival::poisson:
      return "poisson";
    case Arrival::constant:
      return "constant";
    case Arrival::uniform:
      return "uniform";
  }
  return "?";
}

std::vector<std::string> problems(const LoadConfig& config) {
  std::vector<std::string> found;
  const auto say = [&](const std::string& what) {
    found.push_back("load \"" + config.name + "\": " + what);
  };
  if (!(config.rate > 0) || !std::isfinite(config.rate)) {
    say("rate " + std::to_string(config.rate) + ", expected requests a second above 0");
  }
  if (config.to < config.from) {
    say("to " + seconds(config.to) + "s is before from " + seconds(config.from) + "s");
  }
  if (config.timeout <= Duration(0))
    say("timeout " + seatrial::to_string(config.timeout) + ", expected above 0");
  if (config.requests.empty()) say("no requests, expected at least one");
  std::uint64_t total = 0;
  for (const auto& request : config.requests) {
    total += request.weight;
    const auto url = Url::parse(request.url);
    if (!url) {
      say(url.error());
    } else if (!request.resolve && !url->address && config.nameservers.empty()) {
      say("nothing resolves \"" + url->host +
          "\", expected \"resolve\", an address in the URL, or name servers");
    }
    if (request.method.empty()) say("an empty method, expected GET or another");
  }
  if (!config.requests.empty() && total == 0) say("every weight is 0, expected one above");
  return found;
}

Load::Load(io::Host& host, LoadConfig config, LoadObserver* observer)
    : host_(host),
      config_(std::move(config)),
      observer_(observer),
      current_weights_(config_.requests.size(), 0),
      pool_(std::make_unique<Pool>(Pool{host, config_.keepalive_idle, {}})),
      names_(std::make_unique<Names>()),
      resolver_(std::make_unique<dns::Resolver>(host, config_.nameservers)),
      next_arrival_(config_.from) {
  const bool keep = config_.connections == ConnectionPolicy::keepalive;
  for (const auto& request : config_.requests) {
    Target target;
    target.url = Url::parse(request.url).value();
    target.address = request.resolve ? request.resolve : target.url.address;
    target.head = request.method == "HEAD";
    http::RequestHead head;
    head.method = request.method;
    head.target = target.url.target;
    if (!request.fields.contains("Host")) head.fields.add("Host", target.url.authority);
    for (const auto& field : request.fields) head.fields.add(field.name, field.value);
    if (!head.fields.contains("User-Agent")) head.fields.add("User-Agent", "seatrial");
    if (!head.fields.contains("Accept")) head.fields.add("Accept", "*/*");
    if (!keep && !head.fields.contains("Connection")) head.fields.add("Connection", "close");
    if (!request.body.empty() && !head.fields.contains("Content-Length")) {
      head.fields.add("Content-Length", std::to_string(request.body.size()));
    }
    target.bytes = http::serialize(head) + request.body;
    targets_.push_back(std::move(target));
  }
  arrival_timer_ = host_.timer([this] { start_due(); });
  schedule_next();
}

Load::~Load() = default;

bool Load::done() const {
  return arrivals_over_ && requests_.empty();
}

void Load::schedule_next() {
  auto& random = host_.random("load/" + config_.name);
  const double mean = 1e9 / config_.rate;  // nanoseconds between arrivals
  switch (config_.arrival) {
    case Arrival::constant:  // from the count, so that roundings do not add up
      next_arrival_ = config_.from + Duration(std::llround(static_cast<double>(started_) * mean));
      break;
    case Arrival::poisson:
      next_arrival_ += Duration(std::llround(random.exponential(mean)));
      break;
    case Arrival::uniform:
      next_arrival_ += Duration(std::llround(random.uniform(0, 2 * mean)));
      break;
  }
  arrivals_over_ = next_arrival_ >= config_.to;
  if (!arrivals_over_) arrival_timer_->arm(next_arrival_);
}

// On a live host the timer may be late; then several are due, each from its own intended start.
void Load::start_due() {
  while (!arrivals_over_ && next_arrival_ <= host_.now()) {
    start_request(next_arrival_);
    schedule_next();
  }
}

void Load::start_request(TimePoint intended) {
  const auto id = ++started_;
  auto request = std::make_unique<Request>(*this, id, pick_template(), intended);
  requests_.emplace(id, std::move(request)).first->second->start();
}

// nginx's smooth weighted round robin: everyone gains its weight, the largest wins and pays the
// total.
std::size_t Load::pick_template() {
  std::int64_t total = 0;
  std::size_t best = 0;
  for (std::size_t i = 0; i < current_weights_.size(); ++i) {
    const auto weight = static_cast<std::int64_t>(config_.requests[i].weight);
    total += weight;
    current_weights_[i] += weight;
    if (current_weights_[i] > current_weights_[best]) best = i;
  }
  current_weights_[best] -= total;
  return best;
}

void Load::finish(Request& request) {
  const auto owned = requests_.extract(request.record.id);  // until the observer has seen it
  ++finished_;
  if (observer_ != nullptr) observer_->on_request_finished(request.record);
}

}  // namespace seatrial::workload
