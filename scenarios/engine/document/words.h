// The file's words for enumerations.
#pragma once

#include <array>
#include <string_view>
#include <utility>

#include "scenarios/engine/document/scenario.h"

namespace seatrial::scenario::document {

template <typename T>
struct Words;

template <>
struct Words<Arrival> {
  static constexpr std::array<std::pair<std::string_view, Arrival>, 3> table{
      {{"poisson", Arrival::poisson},
       {"constant", Arrival::constant},
       {"uniform", Arrival::uniform}}};
};
template <>
struct Words<Connections> {
  static constexpr std::array<std::pair<std::string_view, Connections>, 2> table{
      {{"per_request", Connections::per_request}, {"keepalive", Connections::keepalive}}};
};
template <>
struct Words<Action> {
  static constexpr std::array<std::pair<std::string_view, Action>, 15> table{
      {{"link_down", Action::link_down},
       {"link_up", Action::link_up},
       {"link_silent", Action::link_silent},
       {"link_restored", Action::link_restored},
       {"power_off", Action::power_off},
       {"kill", Action::kill},
       {"terminate", Action::terminate},
       {"start", Action::start},
       {"freeze", Action::freeze},
       {"thaw", Action::thaw},
       {"restart", Action::restart},
       {"clear", Action::clear},
       {"clear_soft", Action::clear_soft},
       {"announce", Action::announce},
       {"withdraw", Action::withdraw}}};
};
template <>
struct Words<SoftDirection> {
  static constexpr std::array<std::pair<std::string_view, SoftDirection>, 2> table{
      {{"in", SoftDirection::in}, {"out", SoftDirection::out}}};
};
template <>
struct Words<Table> {
  static constexpr std::array<std::pair<std::string_view, Table>, 2> table{
      {{"rib", Table::rib}, {"fib", Table::fib}}};
};
template <>
struct Words<Distribution> {
  static constexpr std::array<std::pair<std::string_view, Distribution>, 3> table{
      {{"constant", Distribution::constant},
       {"uniform", Distribution::uniform},
       {"exponential", Distribution::exponential}}};
};
template <>
struct Words<WorkloadModel> {
  static constexpr std::array<std::pair<std::string_view, WorkloadModel>, 3> table{
      {{"app", WorkloadModel::app},
       {"coredns", WorkloadModel::coredns},
       {"nginx-ingress", WorkloadModel::nginx_ingress}}};
};
template <>
struct Words<SpreadOver> {
  static constexpr std::array<std::pair<std::string_view, SpreadOver>, 3> table{
      {{"edges", SpreadOver::edges},
       {"ingress_pods", SpreadOver::ingress_pods},
       {"app_pods", SpreadOver::app_pods}}};
};

// A word that the table lacks, or a value without one, gives the table's first: the schema has
// refused such words before.
template <typename T>
T value_of(std::string_view word) {
  for (const auto& [name, value] : Words<T>::table) {
    if (name == word) return value;
  }
  return Words<T>::table[0].second;
}
template <typename T>
std::string_view word_of(T wanted) {
  for (const auto& [name, value] : Words<T>::table) {
    if (value == wanted) return name;
  }
  return Words<T>::table[0].first;
}

}  // namespace seatrial::scenario::document
