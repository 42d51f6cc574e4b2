"""report.html in a browser: it opens offline, draws, and says what the other results say."""

import json
import re
import shutil

import pytest

import browser
from conftest import REFERENCE, seatrial

ADDRESS = re.compile(r"\[?[0-9a-fA-F:.]*[.:][0-9a-fA-F:.]*\]?(:\d+|/\d+)?")
HOSTILE = "\"'></script><script>window.owned=1</script><img src=x onerror=\"window.owned=1\"><!--{{app}}"


@pytest.fixture(scope="session")
def driver():
    driver = browser.start()
    yield driver
    driver.quit()


@pytest.fixture(scope="session")
def failing(tmp_path_factory):
    """The reference design with worker2's power cut at 30 s: output directory."""
    design = tmp_path_factory.mktemp("power-off") / "design"
    shutil.copytree(REFERENCE, design)
    document = json.loads((design / "scenario.json").read_text())
    document["timeline"] = [{"at": "30s", "do": "power_off", "target": "worker2"}]
    (design / "scenario.json").write_text(json.dumps(document))
    out = design.parent / "out"
    assert seatrial("run", design, "--out", out).returncode == 1
    return out


@pytest.fixture(scope="session")
def short(tmp_path_factory):
    """A few seconds of the reference design."""
    out = tmp_path_factory.mktemp("short")
    seatrial("run", REFERENCE, "--out", out, "--until", "21s")
    return out


@pytest.fixture(scope="session")
def records(failing):
    return {record["id"]: record for record in map(json.loads, open(failing / "records.jsonl", encoding="utf-8"))}


@pytest.fixture(scope="module")
def page(driver, failing):
    return browser.Page(driver, failing / "report.html")


def results_of(out):
    return json.loads((out / "results.json").read_text())


def test_the_page_of_a_run_that_holds(driver, captured):
    _, out = captured
    page = browser.Page(driver, out / "report.html")
    assert page.complaints() == []
    assert page.run("return document.documentElement.dataset.ready") == "true"
    assert page.text("h1") == results_of(out)["scenario"]
    assert page.text(".verdict-line").split("\n") == ["PASS", "all 13 expectations hold"]
    assert page.text("#state-sessions b") == "72 of 72 BGP session ends Established"
    assert "an undisturbed run" in page.text("#tiles")


def test_the_verdict_is_that_of_results_json(page, failing):
    results = results_of(failing)
    expected = sorted(((e["ok"], e["id"], e["why"]) for e in results["expectations"]), key=lambda e: e[0])
    rows = page.run("""return [...document.querySelectorAll(".expectations tbody tr")].map((row) => [
        row.querySelector(".mark").textContent === "holds", row.querySelector("th").firstChild.textContent,
        row.querySelector(".why").textContent])""")
    assert [tuple(row) for row in rows] == expected
    assert page.text(".verdict-line .badge") == "FAIL"
    failed = sum(not e["ok"] for e in results["expectations"])
    assert page.text("#verdict-text") == f"{failed} of {len(expected)} expectations do not hold"


def test_nothing_is_loaded_and_nothing_is_complained_of(page):
    assert page.run("return performance.getEntriesByType('resource').map((e) => e.name)") == []
    assert page.complaints() == []


def test_charts_have_drawn_their_series(page):
    drawn = {id: page.colours(f"#{id} canvas") for id in ("rate-chart", "latency-chart", "network-chart")}
    # A line of 600 pixels at least; bars of failed requests; the fault's dashes on each chart.
    assert drawn["rate-chart"].get(page.theme_colour("tint-1"), 0) > 5000
    assert drawn["rate-chart"].get(page.theme_colour("bad"), 0) > 100
    assert drawn["latency-chart"].get(page.theme_colour("series-2"), 0) > 200
    assert drawn["network-chart"].get(page.theme_colour("series-3"), 0) > 600
    for id, colours in drawn.items():
        assert colours.get(page.theme_colour("bad"), 0) > 20, id


def test_a_chart_without_its_data_would_be_empty(page):
    # The counter-example to the test above: the colours come from the series and not from the frame.
    page.run("for (const plot of seatrial.plots) plot.setData(plot.data.map((list, i) => i ? list.map(() => null) : list));")
    page.frame()
    assert page.colours("#rate-chart canvas").get(page.theme_colour("tint-1"), 0) == 0
    page.driver.refresh()
    page.frame()


@pytest.mark.parametrize("at, links, established, off", [
    (29.999, 13, 72, False), (30.001, 12, 72, True), (38.0, 12, None, True), (60.0, 12, 67, True)])
def test_the_slider_moves_the_network(page, records, at, links, established, off):
    # Counted anew from records.jsonl.
    t = round(at * 1e9)
    state, port = {}, {}
    for record in records.values():
        if record["id"].startswith("session/") and record["at_ns"] <= t:
            state[record["node"], record["peer"]] = record["state"]
        if record["id"].startswith("link/") and record["at_ns"] <= t:
            port[record["port"]] = record["up"]
    counted = sum(s == "Established" for s in state.values())
    if established is None:  # while the five routers' hold timers expire one after the other
        established = counted
        assert 67 <= established <= 72
    assert counted == established
    assert port["worker2:eth0"] is not off

    page.set("#moment", round(at * 1000), "input")
    assert page.text("#moment-text") == f"{at:.3f} s"
    assert page.text("#state-links b") == f"{links} of 13 links up"
    assert page.text("#state-sessions b") == f"{established} of 72 BGP session ends Established"
    assert f"At {at:.3f} s: {established} of 72" in page.text("#session-matrix p")
    drawn = page.run("""const {cy} = seatrial.drawing;
        return [cy.getElementById("n:worker2").hasClass("off"), cy.edges(".link.down").length, cy.edges(".session.lost").length]""")
    assert drawn[:2] == [off, 1 if off else 0]
    # Five sessions are lost at the end, each drawn once.
    assert drawn[2] == 72 - established


def test_the_drawing_has_drawn(page):
    page.set("#moment", 30001, "input")
    colours = page.colours("#drawing canvas")
    assert colours.get(page.theme_colour("route"), 0) > 300  # arrows
    assert colours.get(page.theme_colour("bad"), 0) > 50     # the machine without power, its link
    assert colours.get(page.theme_colour("tint-1"), 0) > 3000  # routers


def test_routes_of_a_prefix_are_arrows_to_its_next_hops(page, failing):
    page.set("#moment", 60000, "input")
    page.set("#prefix", "172.16.1.0/26")
    fib = {node: {r["prefix"]: r for r in tables["fib"]} for node, tables in results_of(failing)["routes"].items() if "fib" in tables}
    having = sorted(node for node, routes in fib.items() if routes.get("172.16.1.0/26", {}).get("protocol") == "bgp")
    arrows = page.run("""return seatrial.drawing.cy.edges(".route").not(".wider").map((e) => [e.source().data("name"), e.target().data("name")])""")
    # The block is worker1's, 10.1.1.8.
    assert sorted(map(tuple, arrows)) == [(node, "worker1") for node in having]
    assert len(having) == 7


def test_play_moves_the_moment_and_can_be_paused(page):
    page.set("#moment", 1000, "input")
    page.click("#play")
    page.driver.implicitly_wait(0)
    page.driver.execute_async_script("setTimeout(arguments[0], 400)")
    page.click("#play")
    moved = float(page.text("#moment-text").split()[0])
    assert moved > 1.2
    page.driver.execute_async_script("setTimeout(arguments[0], 100)")
    assert float(page.text("#moment-text").split()[0]) == moved


def test_the_slider_and_the_jumps_work_from_the_keyboard(page):
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
    slider = page.driver.find_element(By.ID, "moment")
    slider.send_keys(Keys.HOME)
    assert page.text("#moment-text") == "0.000 s"
    page.set("#moment", 29000, "input")
    page.driver.find_element(By.ID, "next").send_keys(Keys.ENTER)
    assert page.text("#moment-text") == "30.000 s"
    assert slider.get_attribute("aria-valuetext").replace("\u202f", " ") == "30.000 s"


def test_a_requests_path_is_that_of_results_json(page, failing):
    slowest = results_of(failing)["slowest_request"]
    page.set("#number", slowest["number"], "input")
    page.run("document.querySelector('#request-list form').requestSubmit()")
    page.frame()
    assert page.text("#way h3") == f"Request {slowest['number']} of {slowest['client']}"
    legs = page.run("""return [...document.querySelectorAll("#way .leg")].map((leg) => ({
        title: leg.querySelector("h4").textContent,
        ways: [...leg.querySelectorAll("ol.stops")].map((list) => [...list.children].map((stop) => [
          stop.querySelector(".stop-name").textContent, stop.classList.contains("through"),
          stop.querySelector(".ports") ? stop.querySelector(".ports").textContent : null]))}))""")
    assert len(legs) == len(slowest["legs"]) == 3
    for i, (shown, leg) in enumerate(zip(legs, slowest["legs"]), 1):
        assert shown["title"] == f"{i}. {leg['from']} \u21d2 {leg['to']}"
        for way, hops in zip(shown["ways"], (leg["hops"], leg["back"]), strict=True):
            expected = []
            for hop in hops:
                expected.append([hop["node"], False, " \u2192 ".join(filter(None, (hop["in"], hop["out"])))])
                expected += [[name, True, None] for name in hop["switches"]]
            assert way == expected
    times = page.run("return seatrial.run.ways.of(seatrial.choice.get('request')).legs.map((leg) => leg.hops.map((hop) => hop.at))")
    assert times == [[hop["at_ns"] for hop in leg["hops"]] for leg in slowest["legs"]]


def test_the_path_can_be_shown_in_the_drawing(page):
    page.click("#show-path")
    on = page.run("return seatrial.drawing.cy.nodes('.onpath').map((n) => n.data('name'))")
    assert {"users", "lan1", "tor1"} <= set(on)
    page.click("#show-path")


def test_failed_requests_are_listed(page, failing):
    failed = sum(c["count"] - c["succeeded"] for c in results_of(failing)["requests"])
    page.set("#show", "failed")
    assert page.text("#request-list caption") == f"{failed} requests"
    page.set("#show", "slowest")
    latencies = page.run("""const {request} = seatrial.run.kinds; const c = (n) => request.column(n);
        return [...document.querySelectorAll("#request-list [data-request]")].map((b) => {
          const row = c("number").indexOf(Number(b.dataset.request)); return c("finished_ns")[row] - c("intended_ns")[row]; })""")
    assert latencies == sorted(latencies, reverse=True)
    assert latencies[0] == results_of(failing)["slowest_request"]["latency_ns"]


def test_the_explanations_are_those_of_results_json(driver, failing):
    page = browser.Page(driver, failing / "report.html")
    explanations = results_of(failing)["explanations"]
    assert explanations["slow"] > 0 and explanations["failed"] > 0
    rows = page.run("""return [...document.querySelectorAll("#explanations tbody > tr")].map((row) =>
        [row.querySelector("th").innerText, row.querySelector(".mark").innerText, row.querySelector(".cause p").innerText])""")
    assert [(count.split()[0], symptom, cause) for count, symptom, cause in rows] == [
        (str(g["count"]), g["symptom"], g["cause"]) for g in explanations["groups"]]
    # Every step of the first chain, with its evidence and its frames.
    group = explanations["groups"][0]
    page.run("document.querySelectorAll('#explanations details').forEach((d) => { d.open = true; })")
    steps = page.run("""return [...document.querySelector("#explanations .chain").children].map((step) =>
        [step.querySelector(".chain-text").innerText, [...step.querySelectorAll("a.evidence")].map((a) => a.innerText)])""")
    assert len(steps) == len(group["chain"])
    for (text, links), step in zip(steps, group["chain"]):
        assert text.startswith(step["text"]) and links == step["evidence"]
    # The number leads to those requests, one by one, and a request of them tells the same chain.
    page.click("#explanations tbody th button")
    assert page.run("return document.querySelector('#request-list caption').innerText") == f"{group['count']} requests"
    page.click("#request-list tbody th button")
    assert page.run("return document.querySelector('#way .chain').children.length") == len(group["chain"])
    assert group["cause"].split(";")[0].split(" still ")[1] in page.text("#way .why-one")


def test_a_narrow_drawing_can_be_read(driver, failing):
    page = browser.Page(driver, failing / "report.html", width=400)
    zoom, width, boxes = page.run("""const {cy} = seatrial.drawing;
        return [cy.zoom(), cy.width(), cy.nodes().filter((n) => n.visible()).map((n) => [n.data("name"), n.boundingBox({includeOverlays: false})])]""")
    assert zoom == 1  # text of 10 and 11 pixels is drawn in that size
    for name, box in boxes:
        assert -1 <= box["x1"] and box["x2"] <= width, name
    for i, (name, a) in enumerate(boxes):
        for other, b in boxes[:i]:
            assert a["x2"] <= b["x1"] or b["x2"] <= a["x1"] or a["y2"] <= b["y1"] + 4 or b["y2"] <= a["y1"] + 4, (name, other)


def test_every_evidence_link_leads_to_a_record(page, records):
    page.run("for (const d of document.querySelectorAll('details')) d.open = true")
    page.frame()
    ids = page.run("""return [...document.querySelectorAll('a[href^="#evidence="]')].map((a) => decodeURI(a.hash.slice(10)))""")
    assert len(ids) > 500
    assert set(ids) <= set(records)
    kinds = {}
    for id in ids:
        kinds.setdefault(id.split("/")[0], id)
    assert {"session", "rib", "fib", "link", "fault", "request", "proxy", "hop", "pod", "endpoints", "expectation", "run"} <= set(kinds)
    for id in kinds.values():
        page.run("location.hash = '#evidence=' + arguments[0]", id)
        page.frame()
        shown = page.run("return document.querySelector('#evidence .record').textContent")
        assert json.loads(shown) == records[id], id
        assert page.text("#evidence .command") == f"grep '\"{id}\"' records.jsonl"
    page.run("document.dispatchEvent(new KeyboardEvent('keydown', {key: 'Escape'}))")
    assert page.run("return document.querySelector('#evidence').hidden")


def test_the_page_holds_each_record_as_it_is(page, records):
    held = page.run("""const out = [];
        for (const [kind, table] of Object.entries(seatrial.run.kinds)) {
          if (table.length !== table.total) throw new Error(kind);
          const step = Math.max(1, Math.floor(table.length / 200));
          for (let row = 0; row < table.length; row += step) out.push(table.record(row));
        }
        return JSON.stringify(out);""")
    held = json.loads(held)
    assert len(held) > 1000
    for record in held:
        assert record == records[record["id"]]


def test_blackholes_are_listed_from_the_fault_on(page):
    # The block 172.16.1.192/26 is worker2's: without power it cannot answer, whatever the tables say.
    rows = page.run("return [...document.querySelectorAll('#windows tbody tr')].map((r) => r.innerText)")
    lost = [row.replace("\u202f", " ") for row in rows if "worker2 has no power" in row]
    assert lost and all("30.000 s" in row and "fault/0" in row for row in lost)
    assert any("172.16.1.192/26" in row for row in lost)


@pytest.mark.parametrize("width", [380, 760, 1000])
def test_a_narrow_window_needs_no_sideways_scrolling(driver, failing, width):
    page = browser.Page(driver, failing / "report.html", width=width)
    assert page.run("return document.documentElement.scrollWidth") <= width
    assert page.run("return document.querySelector('#drawing canvas').getBoundingClientRect().width") > width / 3
    assert page.complaints() == []


def test_colours_follow_the_system_and_the_button(driver, failing):
    page = browser.Page(driver, failing / "report.html", dark=True)
    background = "return getComputedStyle(document.body).backgroundColor"
    dark = page.run(background)
    page.click("#theme")
    light = page.run(background)
    assert sum(map(int, dark[4:-1].split(","))) < 200 < 600 < sum(map(int, light[4:-1].split(",")))
    page.set("#moment", 30001, "input")
    assert page.colours("#drawing canvas").get(page.theme_colour("tint-1"), 0) > 3000


def test_names_of_a_run_are_not_executed(driver, short, tmp_path):
    # Every text of a finished run that its authors or its packets could have chosen.
    def poisoned(value, name=""):
        if isinstance(value, dict):
            return {k: poisoned(v, k) for k, v in value.items()}
        if isinstance(value, list):
            return [poisoned(v, name) for v in value]
        # Addresses must stay addresses, and words of a list words of it, or the file is not read at all.
        word = name in ("id", "kind", "state", "role", "transport", "phase", "protocol")
        if not isinstance(value, str) or word or ADDRESS.fullmatch(value):
            return value
        return value + HOSTILE
    with open(short / "records.jsonl", encoding="utf-8") as source, open(tmp_path / "records.jsonl", "w", encoding="utf-8") as target:
        for line in source:
            target.write(json.dumps(poisoned(json.loads(line))) + "\n")
    done = seatrial("report", tmp_path)
    assert done.returncode == 0, done.stderr
    page = browser.Page(driver, tmp_path / "report.html")
    assert page.complaints() == []
    assert page.text("h1").endswith(HOSTILE)
    page.run("for (const d of document.querySelectorAll('details')) d.open = true")
    page.click("#next")
    page.run("location.hash = '#evidence=request/0'")
    page.frame()
    assert HOSTILE in page.run("return JSON.parse(document.querySelector('#evidence .record').textContent).url")
    assert page.run("return [window.owned === undefined, document.images.length, document.scripts.length]") == [True, 0, 4]
    assert page.complaints() == []


def test_report_writes_what_run_wrote(failing, tmp_path):
    shutil.copy(failing / "records.jsonl", tmp_path)
    assert seatrial("report", tmp_path).returncode == 0
    assert (tmp_path / "report.html").read_bytes() == (failing / "report.html").read_bytes()
    assert (tmp_path / "report.html").stat().st_size < 6_000_000


def test_report_without_a_run_says_so(tmp_path):
    done = seatrial("report", tmp_path)
    assert done.returncode == 2 and "records.jsonl" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_vendored_libraries_are_those_of_their_table():
    import subprocess
    from conftest import ROOT
    done = subprocess.run([str(ROOT / "results/html/vendor/refresh"), "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
