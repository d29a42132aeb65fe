package dev.crucible.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.WindowType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.openqa.selenium.support.ui.Select;
import org.openqa.selenium.support.ui.WebDriverWait;

/**
 * A real Chromium on the dashboard. Its program and its driver are Debian's, or those that the system properties
 * {@code crucible.chromium} and {@code crucible.chromedriver} name.
 */
final class DashboardBrowser implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration POLL = Duration.ofMillis(50);
    private static final ObjectMapper JSON = new ObjectMapper();
    /** Keeps the page's sockets within reach, so that a test can break one. */
    private static final String REMEMBER_SOCKETS =
            "window.sockets = []; window.WebSocket = class extends WebSocket {"
                    + " constructor(...args) { super(...args); window.sockets.push(this); } };";

    private final Path profile;
    private final ChromeDriver driver;

    DashboardBrowser() {
        profile = newProfile();
        ChromeOptions options = new ChromeOptions();
        options.setBinary(System.getProperty("crucible.chromium", "/usr/bin/chromium"));
        options.addArguments(
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--disable-dev-shm-usage", "--user-data-dir=" + profile);
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        logs.enable(LogType.PERFORMANCE, Level.ALL);
        options.setCapability(ChromeOptions.LOGGING_PREFS, logs);
        ChromeDriverService service = new ChromeDriverService.Builder()
                .usingDriverExecutable(new File(System.getProperty("crucible.chromedriver", "/usr/bin/chromedriver")))
                .usingAnyFreePort()
                .build();
        driver = new ChromeDriver(service, options);
    }

    /** Opens the page as a visitor who has never been here: new tab, nothing stored, a desktop, light. */
    void visit(String baseUrl) {
        String before = driver.getWindowHandle();
        String fresh = driver.switchTo().newWindow(WindowType.TAB).getWindowHandle();
        driver.switchTo().window(before).close();
        driver.switchTo().window(fresh);
        driver.executeCdpCommand("Storage.clearDataForOrigin", Map.of("origin", baseUrl, "storageTypes", "all"));
        driver.executeCdpCommand("Page.addScriptToEvaluateOnNewDocument", Map.of("source", REMEMBER_SOCKETS));
        size(1440, 900);
        systemTheme("light");
        consoleErrors();
        requestedUrls();
        driver.get(baseUrl + "/");
        until(".connection[data-connection=open]");
        until(".run:enabled");
    }

    void size(int width, int height) {
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 600));
    }

    void systemTheme(String theme) {
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", theme))));
    }

    void reload() {
        driver.navigate().refresh();
    }

    String url() {
        return driver.getCurrentUrl();
    }

    /** Waits until an element is there and can be seen. */
    WebElement until(String selector) {
        return new WebDriverWait(driver, PATIENCE, POLL)
                .withMessage(() -> "no visible " + selector)
                .until(d -> d.findElements(By.cssSelector(selector)).stream()
                        .filter(WebElement::isDisplayed)
                        .findFirst()
                        .orElse(null));
    }

    /** Waits until an element's text holds {@code text}. */
    void untilText(String selector, String text) {
        new WebDriverWait(driver, PATIENCE, POLL)
                .withMessage(() -> selector + " never said: " + text + "\nit says: " + text(selector))
                .until(d -> text(selector).contains(text));
    }

    /** The whole text of the first such element, scrolled out of view or not; empty when there is none. */
    String text(String selector) {
        return (String) driver.executeScript(
                "return document.querySelector(arguments[0])?.textContent ?? ''", selector);
    }

    boolean exists(String selector) {
        return !driver.findElements(By.cssSelector(selector)).isEmpty();
    }

    void click(String selector) {
        until(selector).click();
    }

    void choose(String field, String value) {
        new Select(until("select[name=" + field + "]")).selectByValue(value);
    }

    void fill(String field, String value) {
        WebElement input = until("[name=" + field + "]");
        input.clear();
        input.sendKeys(value);
    }

    /** Puts a program into the editor as a paste does: with no help from its automatic indentation. */
    void write(String code) {
        click(".submit .cm-content");
        keys(Keys.chord(Keys.CONTROL, "a"), Keys.DELETE);
        driver.executeCdpCommand("Input.insertText", Map.of("text", code));
    }

    void run(String code) {
        write(code);
        click(".run");
    }

    /** Waits until a script answers true. */
    void untilTrue(String script) {
        new WebDriverWait(driver, PATIENCE, POLL)
                .withMessage(() -> "never true: " + script)
                .until(d -> Boolean.TRUE.equals(driver.executeScript(script)));
    }

    /** Types on the keyboard, wherever the focus is. */
    void keys(CharSequence... keys) {
        driver.switchTo().activeElement().sendKeys(keys);
    }

    Object script(String script, Object... arguments) {
        return driver.executeScript(script, arguments);
    }

    /** What the console complained of since the last call. */
    List<String> consoleErrors() {
        return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
                .map(LogEntry::getMessage)
                .toList();
    }

    /** The address of every request and socket since the last call. */
    List<URI> requestedUrls() {
        List<URI> urls = new ArrayList<>();
        for (LogEntry entry : driver.manage().logs().get(LogType.PERFORMANCE)) {
            JsonNode message = parse(entry.getMessage()).path("message");
            String url = switch (message.path("method").asText()) {
                case "Network.requestWillBeSent" -> message.at("/params/request/url").asText();
                case "Network.webSocketCreated" -> message.at("/params/url").asText();
                default -> "";
            };
            if (url.startsWith("http") || url.startsWith("ws")) {
                urls.add(URI.create(url));
            }
        }
        return urls;
    }

    @Override
    public void close() {
        driver.quit();
        try (Stream<Path> files = Files.walk(profile)) {
            files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode parse(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path newProfile() {
        try {
            return Files.createTempDirectory("crucible-chromium");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
