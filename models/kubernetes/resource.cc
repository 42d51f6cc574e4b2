#include "models/kubernetes/resource.h"

#include <string_view>

namespace seatrial::kubernetes {
namespace {

// The text between two document markers, and how many lines stand before it. Cutting here, before
// the YAML parser, is what lets a broken document leave the ones after it readable; a line that
// starts with "---" can be nothing but a marker (YAML 1.2, section 9.1.2).
struct Chunk {
  std::string text;
  int lines_before = 0;
};

bool is_marker(std::string_view line) {
  return line.starts_with("---") &&
         (line.size() == 3 || line[3] == ' ' || line[3] == '\t' || line[3] == '\r');
}

bool says_something(std::string_view line) {
  const auto first = line.find_first_not_of(" \t\r");
  return first != std::string_view::npos && line[first] != '#' && line[0] != '%';
}

std::vector<Chunk> split(const std::string& text) {
  std::vector<Chunk> chunks;
  Chunk current;
  bool content = false;
  int line_number = 0;
  const auto close = [&] {
    if (content) chunks.push_back(std::move(current));
  };
  for (std::size_t start = 0; start < text.size();) {
    auto end = text.find('\n', start);
    if (end == std::string::npos) end = text.size();
    const std::string_view line(text.data() + start, end - start);
    if (is_marker(line)) {
      close();
      current = {"", line_number};
      content = false;
      // "--- # comment" and "--- {a: b}" keep their columns behind spaces.
      current.text.append("   ").append(line.substr(3)).append("\n");
      content = says_something(line.substr(3));
    } else {
      current.text.append(line).append("\n");
      content = content || says_something(line);
    }
    ++line_number;
    start = end + 1;
  }
  close();
  return chunks;
}

class DocumentReader {
 public:
  DocumentReader(const std::string& file, int lines_before, Diagnostics& diagnostics,
                 std::vector<Resource>& resources)
      : file_(file),
        lines_before_(lines_before),
        diagnostics_(diagnostics),
        resources_(resources) {}

  void read(const YAML::Node& document) {
    if (document.IsNull()) return;
    Resource resource;
    resource.body = document;
    resource.lines_before = lines_before_;
    resource.position.file = file_;
    resource.position = resource.at(document);
    if (!document.IsMap()) {
      diagnostics_.error(resource.position, "this document is not an object",
                         "a mapping with apiVersion, kind and metadata");
      return;
    }
    if (document.size() > 0) resource.position = resource.at(document.begin()->first);
    const bool named = text_of(document, "apiVersion", resource, resource.api_version);
    if (!text_of(document, "kind", resource, resource.kind) || !named) return;
    if (resource.kind == "List" || resource.kind.ends_with("List")) {
      read_list(document, resource);
      return;
    }
    const YAML::Node metadata = child(document, "metadata");
    if (!metadata.IsDefined() || !metadata.IsMap()) {
      diagnostics_.error(resource.position, resource.kind + " has no metadata",
                         "metadata with a name");
      return;
    }
    if (!text_of(metadata, "name", resource, resource.name)) return;
    const YAML::Node space = child(metadata, "namespace");
    if (space.IsDefined() && !space.IsNull()) {
      if (!space.IsScalar()) {
        diagnostics_.error(resource.at(space), "metadata.namespace is not text", "a name");
        return;
      }
      resource.name_space = space.Scalar();
    }
    resources_.push_back(std::move(resource));
  }

 private:
  static YAML::Node child(const YAML::Node& map, const std::string& key) {
    for (const auto& entry : map) {
      if (entry.first.IsScalar() && entry.first.Scalar() == key) return entry.second;
    }
    return YAML::Node(YAML::NodeType::Undefined);
  }

  bool text_of(const YAML::Node& map, const std::string& key, const Resource& resource,
               std::string& value) {
    const YAML::Node node = child(map, key);
    if (node.IsDefined() && node.IsScalar() && !node.Scalar().empty()) {
      value = node.Scalar();
      return true;
    }
    const Position at = node.IsDefined() ? resource.at(node) : resource.position;
    if (key == "name") {
      diagnostics_.error(at, resource.kind + " has no metadata.name", "a name");
    } else {
      diagnostics_.error(at, "this object has no " + key, "apiVersion, kind and metadata.name");
    }
    return false;
  }

  void read_list(const YAML::Node& document, const Resource& list) {
    const YAML::Node items = child(document, "items");
    if (!items.IsDefined() || !items.IsSequence()) {
      diagnostics_.error(list.position, "List has no items", "items: a sequence of objects");
      return;
    }
    for (const auto& item : items) {
      if (item.IsMap()) {
        const YAML::Node kind = child(item, "kind");
        if (kind.IsDefined() && kind.IsScalar() && kind.Scalar().ends_with("List")) {
          diagnostics_.error(list.at(item), "a List inside a List", "an object");
          continue;
        }
      }
      read(item);
    }
  }

  const std::string& file_;
  int lines_before_;
  Diagnostics& diagnostics_;
  std::vector<Resource>& resources_;
};

void read_chunk(const Chunk& chunk, const std::string& file, Diagnostics& diagnostics,
                std::vector<Resource>& resources) {
  try {
    DocumentReader reader(file, chunk.lines_before, diagnostics, resources);
    for (const YAML::Node& document : YAML::LoadAll(chunk.text)) reader.read(document);
  } catch (const YAML::Exception& e) {
    Position at{file, chunk.lines_before + 1, 1};
    if (!e.mark.is_null()) {
      at.line = chunk.lines_before + e.mark.line + 1;
      at.column = e.mark.column + 1;
    }
    diagnostics.error(at, "this is not YAML: " + e.msg, "a complete YAML document");
  } catch (const std::exception& e) {  // the parser's own limits
    diagnostics.error({file, chunk.lines_before + 1, 1},
                      std::string("this document cannot be read: ") + e.what(),
                      "a complete YAML document");
  }
}

}  // namespace

Position Resource::at(const YAML::Node& node) const {
  const YAML::Mark mark = node.Mark();
  if (mark.is_null()) return position;
  return {position.file, lines_before + mark.line + 1, mark.column + 1};
}

std::vector<Resource> read_resources(const std::string& text, const std::string& file,
                                     Diagnostics& diagnostics) {
  std::vector<Resource> resources;
  for (const Chunk& chunk : split(text)) read_chunk(chunk, file, diagnostics, resources);
  if (!text.empty() && text.back() != '\n') {
    int lines = 1;
    for (const char c : text) lines += c == '\n' ? 1 : 0;
    const auto last = text.rfind('\n');
    const auto width = text.size() - (last == std::string::npos ? 0 : last + 1);
    diagnostics.warning({file, lines, static_cast<int>(width) + 1},
                        "the file ends in the middle of a line; it may be cut off",
                        "a newline at the end");
  }
  return resources;
}

}  // namespace seatrial::kubernetes
