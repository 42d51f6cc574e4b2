"""A headless Chromium that reads a report from the disk, and what the tests ask of it."""

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service


class Page:
    """One report in a window of `width` pixels."""

    def __init__(self, driver, path, width=1400, dark=False):
        self.driver = driver
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                               {"width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": False})
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
            "features": [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]})
        driver.get("about:blank")
        driver.get_log("browser")  # what an earlier page said
        driver.get(path.as_uri())
        self.frame()

    def frame(self):
        """Waits until what a change asked for is drawn."""
        self.driver.execute_async_script(
            "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(done));")

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def text(self, selector):
        return self.run("return document.querySelector(arguments[0]).innerText", selector).replace("\u202f", " ")

    def click(self, selector):
        self.run("document.querySelector(arguments[0]).click()", selector)
        self.frame()

    def set(self, selector, value, event="change"):
        self.run("const e = document.querySelector(arguments[0]); e.value = arguments[1];"
                 "e.dispatchEvent(new Event(arguments[2], {bubbles: true}));", selector, value, event)
        self.frame()

    def colours(self, selector):
        """How many pixels of a canvas have which colour ('r,g,b'), of those that are not transparent."""
        return self.run("""
            const counts = {};
            for (const canvas of document.querySelectorAll(arguments[0])) {
              if (canvas.width === 0) continue;
              const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
              for (let i = 0; i < data.length; i += 4) {
                if (data[i + 3] < 255) continue;
                const key = `${data[i]},${data[i + 1]},${data[i + 2]}`;
                counts[key] = (counts[key] || 0) + 1;
              }
            }
            return counts;""", selector)

    def theme_colour(self, name):
        """A colour of the style as 'r,g,b'."""
        text = self.run("return getComputedStyle(document.documentElement).getPropertyValue('--' + arguments[0])", name)
        return ",".join(str(int(text.strip()[i:i + 2], 16)) for i in (1, 3, 5))

    def complaints(self):
        return [entry["message"] for entry in self.driver.get_log("browser")]


def start():
    options = Options()
    options.binary_location = "/usr/bin/chromium"
    # Tests run as root in containers, which have little shared memory and no network.
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu",
                     "--window-size=1400,1000"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
