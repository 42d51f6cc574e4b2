// CoreDNS's kubernetes plugin as a source of records (Kubernetes DNS-based service discovery,
// specification 1.1.0; CoreDNS 1.9 for what it leaves open).
//
// The records are made from the plugin's own watch when a question comes. A headless Service
// without a ready endpoint is NXDOMAIN, not an empty answer. The cache and loadbalance plugins
// stand in front of this one: see models/dns/plugins.h; with the stock Corefile the cache keeps
// even the cluster's own answers for 30 s.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/dns/message.h"
#include "models/kubernetes/api_server.h"
#include "models/kubernetes/corefile.h"

namespace seatrial::kubernetes {

class ClusterZone : public dns::RecordSource {
 public:
  // `host` is the CoreDNS pod's.
  ClusterZone(io::Host& host, ApiServer& api, const Corefile& corefile, Latency watch = {});
  ~ClusterZone() override;

  dns::Answer lookup(const dns::Question& question) override;
  // The first lists have arrived: what CoreDNS's ready plugin says on :8181/ready.
  bool ready() const;

 private:
  struct Name;
  // Everything at a name of a Service: its address and SRV records, and whether the name exists.
  struct Found;

  dns::Answer answer(const dns::Question& question) const;
  Found find(const Name& name) const;
  void find_endpoints(const Service& service, const Name& name, Found& found) const;
  void find_cluster_ip(const Service& service, const Name& name, Found& found) const;
  dns::Answer negative(dns::Rcode rcode) const;
  dns::Record soa() const;
  void touched();

  io::Host& host_;
  Corefile corefile_;
  std::uint32_t serial_ = 1;
  std::unique_ptr<Informer<Namespace>> namespaces_;
  std::unique_ptr<Informer<Service>> services_;
  std::unique_ptr<Informer<EndpointSlice>> slices_;
};

}  // namespace seatrial::kubernetes
