"""The page that `patchveil inspect --html` writes, in Chromium without a window: it plays, changes over without
a gap, counts an ABX test, and fits a telephone. All of it from a file, under a hostile file name."""

import json
import math
import shutil
import time

import numpy as np
import soundfile as sf
from common import FOLDER, RATE, patchveil, run
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.chrome.service import Service

HOSTILE = """a"'&lt;<script>owned=1<img src=x onerror=owned=1>{{facts}}.wav"""
DOWNLOADS = FOLDER / "downloads"
# Taps what reaches the loudspeaker, counts starts of sources, and tosses the coins that a case lays down.
SPY = """
window.starts = 0; window.coins = [];
const connect = AudioNode.prototype.connect;
AudioNode.prototype.connect = function (to, ...rest) {
  if (to instanceof AudioDestinationNode) {
    window.probe ??= new AnalyserNode(this.context, { fftSize: 32768 });
    connect.call(this, window.probe);
  }
  return connect.call(this, to, ...rest);
};
const start = AudioBufferSourceNode.prototype.start;
AudioBufferSourceNode.prototype.start = function (...at) { window.starts++; return start.apply(this, at); };
const random = crypto.getRandomValues.bind(crypto);
crypto.getRandomValues = (array) => window.coins.length ? array.fill(window.coins.shift()) : random(array);
"""


def make_page():
    """A tone and, as its other version, the tone at half its level: once both are equally loud, changing over
    changes nothing, so any gap or step would show."""
    tone = 0.4 * np.sin(2 * math.pi * 500 * np.arange(6 * RATE) / RATE)
    before, after = FOLDER / HOSTILE, FOLDER / "after.wav"
    for path, samples in [(before, tone), (after, tone / 2)]:
        sf.write(path, np.stack([samples, samples], 1), RATE, subtype="PCM_24", format="WAV")
    patchveil("inspect", before, after, "--html", FOLDER / "page", "--from", 1, "--seconds", 4)
    return (FOLDER / "page" / "index.html").as_uri()


def browser():
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    # Where tests run as root, in a container, Chromium's own sandbox does not start.
    for switch in ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]:
        options.add_argument(switch)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": SPY})
    DOWNLOADS.mkdir()
    driver.execute_cdp_cmd(
        "Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(DOWNLOADS)})
    return driver


assert shutil.which("chromium") and shutil.which("chromedriver"), \
    "chromium and chromedriver are missing: Debian's packages chromium and chromium-driver"
PAGE = make_page()
DRIVER = browser()


def script(text, *values):
    return DRIVER.execute_script(f"return {text}", *values)


def wait(what, holds, seconds=10):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.02)


def element(selector):
    return DRIVER.find_element(By.CSS_SELECTOR, selector)


def chain():
    return ActionChains(DRIVER, duration=20)


def press(*keys):
    for key in keys:
        chain().send_keys(key).perform()


def size(width, height):
    DRIVER.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
        "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600})


def load(width=1000, height=800):
    size(width, height)
    DRIVER.get(PAGE)
    wait("the page can play", lambda: element("#play").is_enabled())


def clock():
    return float(element("#clock").text.split(" ")[0])


def heard():
    """The latest 0.68 s that reached the loudspeaker."""
    return np.array(script("(() => { const a = new Float32Array(32768);"
                           " probe.getFloatTimeDomainData(a); return Array.from(a); })()"))


def play():
    press(" ")
    wait("sound reaches the loudspeaker", lambda: np.abs(heard()[-2400:]).max() > 0.1)


def no_console_message_and_nothing_from_the_net():
    load()
    play()
    press("2", "3", "1", " ")
    log = DRIVER.get_log("browser")
    assert not log, log
    loaded = script("performance.getEntriesByType('resource').map((r) => r.name)")
    assert all(name.startswith("data:") for name in loaded), loaded


def a_hostile_file_name_is_only_text():
    load()
    assert element("h1 bdi").text == HOSTILE
    assert DRIVER.title.startswith(HOSTILE)
    assert script("typeof owned") == "undefined"
    assert not DRIVER.find_elements(By.CSS_SELECTOR, "h1 img, h1 script")
    assert script("JSON.parse(byId('facts').textContent).before.name") == HOSTILE


def it_plays_and_time_advances():
    load()
    play()
    first = clock()
    wait("the playhead moves", lambda: clock() > first + 0.2)
    press(" ")
    stopped = clock()
    time.sleep(0.3)
    assert clock() == stopped, "paused, but the playhead moves"


def changing_over_neither_restarts_nor_leaves_a_gap_and_keeps_the_level():
    load()
    play()
    time.sleep(0.8)
    assert script("starts") == 3, "all three start at once"
    for key, name in [("2", "after"), ("1", "before"), ("2", "after")]:
        at = clock()
        press(key)
        assert element(f"[data-source={name}]").get_attribute("aria-pressed") == "true"
        time.sleep(0.15)
        assert clock() >= at or at > 3.5, "the playhead jumped"
    assert script("starts") == 3, "changing over started something anew"
    # Whole periods of the tone; the loop of 4 s has whole periods too.
    blocks = heard()[:32640].reshape(-1, RATE // 500)
    levels = np.sqrt((blocks**2).mean(axis=1))
    assert abs(levels / (0.2 / math.sqrt(2)) - 1).max() < 0.01, (levels.min(), levels.max())


def the_difference_can_be_as_loud_as_the_programme():
    load()
    play()
    press("3")
    time.sleep(0.8)
    assert abs(np.abs(heard()).max() - 0.2) < 0.005
    gains = script("JSON.parse(byId('facts').textContent).gains")
    assert abs(gains["before_db"] + 6.02) < 0.01 and abs(gains["after_db"]) < 0.01, gains
    assert "−6.02 dB" in element("main").text


def the_pictures_load_and_the_third_octaves_show_the_change_of_level():
    load()
    pictures = script("[...document.querySelectorAll('figure img')].map((i) => [i.naturalWidth, i.alt])")
    assert [width for width, _ in pictures] == [1600] * 4, pictures
    assert "third-octave" in pictures[1][1], pictures
    figures = dict(script("[...document.querySelectorAll('dl div')].map((d) => [...d.children].map((c) => c.textContent))"))
    # The tone lies in one band, on whose neighbours its window leaks.
    shown = figures["Third octaves"].replace("\N{NO-BREAK SPACE}", " ")
    assert shown == "6.02 dB on average, at most −6.02 dB at 500 Hz", figures


def a_part_can_be_looped_and_the_keys_seek():
    load()
    press(Keys.ARROW_RIGHT, "[", Keys.ARROW_RIGHT, "]")
    assert script("byId('loop-none').disabled") is False
    play()
    seen = []
    came_round = lambda: any(b < a for a, b in zip(seen, seen[1:]))
    end = time.monotonic() + 20
    while not came_round() and time.monotonic() < end:
        seen.append(clock())
    assert min(seen) >= 1.0 and max(seen) <= 2.0, (min(seen), max(seen))
    assert came_round(), "it never came round"
    press(Keys.ESCAPE)
    assert script("byId('loop-none').disabled") is True
    # By pointer: a drag loops, a click seeks.
    wave = element("#wave")
    chain().move_to_element(wave).click_and_hold().move_by_offset(100, 0).release().perform()
    assert script("byId('loop-none').disabled") is False
    press(" ")
    chain().move_to_element_with_offset(wave, -200, 0).click().perform()
    assert script("byId('loop-none').disabled") is True and 0 < clock() < 2.0, clock()


def trial(answer):
    """One trial by keyboard."""
    press("b", "x")
    assert element("[data-letter=X]").get_attribute("aria-pressed") == "true"
    press("1" if answer == "A" else "2", Keys.ENTER)


def an_abx_test_by_keyboard_alone_counts_hits_and_p():
    load()
    xs, answers = "ABBABAAB", "ABBABABB"
    DRIVER.execute_script("window.coins = arguments[0]", ["AB".index(x) for x in xs])
    focus = "document.activeElement.id"
    for _ in range(30):
        press(Keys.TAB)
        if script(focus) == "abx-count":
            break
    assert script(focus) == "abx-count", "the keyboard does not reach the number of trials"
    chain().key_down(Keys.CONTROL).send_keys("a").key_up(Keys.CONTROL).perform()
    press("8", Keys.ENTER)
    wait("the test runs", lambda: element("#abx-test").is_displayed())
    wait("sound reaches the loudspeaker", lambda: script("window.probe && byId('clock').textContent > '0.1'"))
    assert not element("[data-source=before]").is_enabled(), "what plays shows"
    for number, answer in enumerate(answers, 1):
        assert element("#abx-trial").text == f"Trial {number} of 8"
        assert not element("#abx-result").is_displayed() and element("#abx-hits").text == ""
        trial(answer)
    assert script("starts") == 3, "the test started something anew"
    assert element("#abx-hits").text == "7 of 8 right, p = 0.035"
    for _ in range(10):
        press(Keys.TAB)
        if script(focus) == "abx-save":
            break
    press(Keys.ENTER)
    wait("the result is saved", lambda: list(DOWNLOADS.glob("abx-*.json")))
    saved = json.loads(next(DOWNLOADS.glob("abx-*.json")).read_text())
    assert (saved["count"], saved["hits"], saved["p"]) == (8, 7, 9 / 256), saved
    assert saved["a"]["name"] == HOSTILE and len(saved["b"]["blake3"]) == 64
    assert "".join(t["x"] for t in saved["trials"]) == xs
    assert [t["hit"] for t in saved["trials"]] == [x == a for x, a in zip(xs, answers)]


def a_test_that_is_stopped_has_no_result():
    load()
    element("#abx-form button").click()
    trial("A")
    element("#abx-stop").click()
    assert not element("#abx-result").is_displayed() and element("#abx-intro").is_displayed()
    assert element("[data-source=before]").is_enabled()


def p_is_the_exact_binomial_tail():
    load()
    for hits, trials in [(0, 5), (5, 5), (9, 10), (12, 16), (61, 100), (100, 100)]:
        want = sum(math.comb(trials, k) for k in range(hits, trials + 1)) / 2**trials
        assert script("chanceOfGuessing(...arguments)", hits, trials) == want, (hits, trials)
    coins = script("Array.from({ length: 4000 }, coin).filter(Boolean).length")
    assert 1800 < coins < 2200, coins


def it_fits_a_telephone():
    load(360, 740)
    fits = lambda: script("document.documentElement.scrollWidth") <= 360
    assert fits(), "the page scrolls sideways"
    DRIVER.execute_script("byId('abx-count').value = 5")
    element("#abx-form button").click()
    assert fits(), "the test scrolls sideways"
    for _ in range(5):
        element("[data-letter=X]").click()
        element("[data-answer=A]").click()
        element("#abx-next").click()
    assert element("#abx-hits").is_displayed() and fits(), "the result scrolls sideways"


def every_control_has_a_name_and_shows_its_focus():
    load()
    nameless = script("[...document.querySelectorAll('button, input, [tabindex=\"0\"]')].filter((e) =>"
                      " !(e.textContent.trim() || e.getAttribute('aria-label') || e.labels?.length)).length")
    assert nameless == 0, f"{nameless} controls without a name"
    for _ in range(8):
        press(Keys.TAB)
        outline = script("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid", f"{script('document.activeElement.outerHTML')[:80]}: {outline}"


try:
    run([
        no_console_message_and_nothing_from_the_net,
        a_hostile_file_name_is_only_text,
        it_plays_and_time_advances,
        changing_over_neither_restarts_nor_leaves_a_gap_and_keeps_the_level,
        the_difference_can_be_as_loud_as_the_programme,
        the_pictures_load_and_the_third_octaves_show_the_change_of_level,
        a_part_can_be_looped_and_the_keys_seek,
        an_abx_test_by_keyboard_alone_counts_hits_and_p,
        a_test_that_is_stopped_has_no_result,
        p_is_the_exact_binomial_tail,
        it_fits_a_telephone,
        every_control_has_a_name_and_shows_its_focus,
    ], close=DRIVER.quit)
except BaseException:
    DRIVER.quit()
    raise
