#include "scenarios/cli/children.h"

#include <fcntl.h>
#include <sched.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <map>

#include "scenarios/cli/parent.h"

namespace seatrial::cli {
namespace {

// SIGCHLD, SIGINT and SIGTERM are taken one by one instead of interrupting anything.
class TakenSignals {
 public:
  TakenSignals() {
    sigemptyset(&set_);
    for (const int signal : {SIGCHLD, SIGINT, SIGTERM}) sigaddset(&set_, signal);
    sigprocmask(SIG_BLOCK, &set_, &before_);
  }
  ~TakenSignals() { sigprocmask(SIG_SETMASK, &before_, nullptr); }
  TakenSignals(const TakenSignals&) = delete;
  TakenSignals& operator=(const TakenSignals&) = delete;

  // The next; 0 when none came within that time.
  int next(std::chrono::milliseconds within) const {
    const timespec limit{within.count() / 1000, within.count() % 1000 * 1'000'000};
    const int signal = sigtimedwait(&set_, nullptr, &limit);
    return signal > 0 ? signal : 0;
  }
  const sigset_t& before() const { return before_; }

 private:
  sigset_t set_{};
  sigset_t before_{};
};

// 0 when it could not be started.
pid_t start(const Child& child, const sigset_t& mask) {
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  constexpr int mode = 0644;
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&files, STDERR_FILENO, child.log.c_str(),
                                   O_WRONLY | O_CREAT | O_TRUNC, mode);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setsigmask(&attributes, &mask);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  std::vector<char*> arguments;
  for (const auto& argument : child.arguments) {
    arguments.push_back(const_cast<char*>(argument.c_str()));  // execve takes it so, and only reads
  }
  arguments.push_back(nullptr);
  pid_t pid = 0;
  const int error = posix_spawn(&pid, arguments[0], &files, &attributes, arguments.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  return error == 0 ? pid : 0;
}

class Pool {
 public:
  Pool(const std::vector<Child>& children,
       const std::function<void(std::size_t, const ChildEnd&)>& ended)
      : children_(children), ended_(ended) {}

  int run(std::size_t at_once) {
    std::size_t next = 0;
    for (;;) {
      while (next < children_.size() && running_.size() < at_once) start_one(next++);
      if (running_.empty()) return 0;
      const int signal = signals_.next(std::chrono::seconds(1));
      if (signal == SIGINT || signal == SIGTERM) {
        end_all();
        return signal;
      }
      collect();
    }
  }

 private:
  void start_one(std::size_t index) {
    const pid_t pid = start(children_[index], signals_.before());
    if (pid == 0) {
      ended_(index, {});
    } else {
      running_.emplace(pid, index);
    }
  }

  void collect() {
    for (auto it = running_.begin(); it != running_.end();) {
      int status = 0;
      if (waitpid(it->first, &status, WNOHANG) != it->first) {
        ++it;
        continue;
      }
      ChildEnd end{.started = true};
      if (WIFSIGNALED(status)) {
        end.signal = WTERMSIG(status);
      } else {
        end.status = WEXITSTATUS(status);
      }
      const auto index = it->second;
      it = running_.erase(it);
      ended_(index, end);
    }
  }

  // The terminal may have told them already; a child that does not listen is killed.
  void end_all() {
    for (const auto& [pid, index] : running_) kill(pid, SIGTERM);
    constexpr int patience = 50;
    for (int i = 0; i < patience && !running_.empty(); ++i) {
      signals_.next(std::chrono::milliseconds(100));
      forget_ended(WNOHANG);
    }
    for (const auto& [pid, index] : running_) kill(pid, SIGKILL);
    forget_ended(0);
  }
  void forget_ended(int flags) {
    std::erase_if(running_, [flags](const auto& child) {
      return waitpid(child.first, nullptr, flags) == child.first;
    });
  }

  const std::vector<Child>& children_;
  const std::function<void(std::size_t, const ChildEnd&)>& ended_;
  TakenSignals signals_;
  std::map<pid_t, std::size_t> running_;
};

}  // namespace

std::string ChildEnd::to_string() const {
  if (!started) return "it could not be started";
  if (signal == 0) return "exit status " + std::to_string(status);
  return "killed by signal " + std::to_string(signal) + " (" + strsignal(signal) + ")";
}

int run_children(const std::vector<Child>& children, std::size_t at_once,
                 const std::function<void(std::size_t child, const ChildEnd&)>& ended) {
  be_parent();
  return Pool(children, ended).run(at_once);
}

std::string own_path() {
  return std::filesystem::read_symlink("/proc/self/exe").string();
}

std::size_t processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  return static_cast<std::size_t>(CPU_COUNT(&set));
}

}  // namespace seatrial::cli
