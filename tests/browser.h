/* tests/browser.h: a page in headless Chromium, over its DevTools pipe (file descriptors 3 and 4): opened at a width and
 * in a theme, clicked, typed into, and evaluated. Skips the test where Chromium is not installed. */
#ifndef VISROB_TESTS_BROWSER_H
#define VISROB_TESTS_BROWSER_H
#include "test.h"
#include "../visrob_impl/format/json_impl.h"
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

typedef struct browser {
    vr_arena arena;
    pid_t pid;
    int in, out;
    int64_t calls;
    const char *session;
    char folder[64];
    int64_t faults;   /* errors on the console, exceptions, requests over the network */
    char fault[1024]; /* the first of them */
} browser;

static browser chromium; /* the one of the test program */

static inline void browser_close(browser *b) {
    if (b->pid <= 0) return;
    close(b->in), close(b->out); /* it ends when the pipe does */
    for (int i = 0; i < 100 && waitpid(b->pid, NULL, WNOHANG) == 0; i++) usleep(50000);
    kill(b->pid, SIGKILL);
    waitpid(b->pid, NULL, 0);
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", b->folder);
    if (system(command) != 0) printf("%s was not removed\n", b->folder);
    vr_arena_free(&b->arena);
    *b = (browser){0};
}

static inline void browser_at_exit(void) { browser_close(&chromium); }

/* The next message, up to its closing 0. */
static inline const char *browser_message(browser *b) {
    vr_text message = {.arena = &b->arena};
    for (char c;;) {
        struct pollfd input = {.fd = b->out, .events = POLLIN};
        if (poll(&input, 1, 60000) <= 0 || read(b->out, &c, 1) != 1) fail_msg("Chromium does not answer");
        if (!c) return message.data;
        vr_text_bytes(&message, &c, 1);
    }
}

/* Calls a method with parameters in JSON; returns its result. */
static inline const vr_json *browser_call(browser *b, const char *method, const char *parameters) {
    const int64_t id = ++b->calls;
    vr_text call = {.arena = &b->arena};
    vr_text_printf(&call, "{\"id\":%lld,\"method\":\"%s\",\"params\":%s", (long long)id, method, parameters);
    if (b->session) vr_text_printf(&call, ",\"sessionId\":\"%s\"", b->session);
    vr_text_add(&call, "}");
    if (write(b->in, call.data, (size_t)call.size + 1) != call.size + 1) fail_msg("Chromium does not read");
    for (;;) {
        const char *text = browser_message(b);
        vr_json_doc doc;
        vr_json_parse(&b->arena, &doc, test_bytes_of(text), "DevTools", VR_FATAL);
        const vr_json *answer = vr_json_get(doc.root, "id"), *event = vr_json_get(doc.root, "method");
        if (answer && answer->integer == id) {
            if (vr_json_get(doc.root, "error")) fail_msg("%s: %s", method, text);
            return vr_json_get(doc.root, "result");
        }
        const bool request = event && strcmp(event->string, "Network.requestWillBeSent") == 0 &&
                             strstr(text, "\"url\":\"http");
        if (event &&
            (request || strcmp(event->string, "Runtime.exceptionThrown") == 0 ||
             strcmp(event->string, "Log.entryAdded") == 0) &&
            b->faults++ == 0)
            snprintf(b->fault, sizeof b->fault, "%s", text);
    }
}

/* The value of a JavaScript expression, as a string. */
static inline const char *browser_ask(browser *b, const char *expression) {
    vr_text parameters = {.arena = &b->arena};
    vr_text_add(&parameters, "{\"returnByValue\":true,\"expression\":");
    vr_json_string(&parameters, vr_arena_printf(&b->arena, "String(%s)", expression));
    vr_text_add(&parameters, "}");
    const vr_json *result = vr_json_get(browser_call(b, "Runtime.evaluate", parameters.data), "result");
    const vr_json *value = vr_json_get(result, "value");
    if (!value || value->type != VR_JSON_STRING) fail_msg("'%s' gives no value", expression);
    return value->string;
}

static inline double browser_number(browser *b, const char *expression) {
    return atof(browser_ask(b, expression));
}

/* The text of the element of that id. */
static inline const char *browser_text(browser *b, const char *id) {
    return browser_ask(b, vr_arena_printf(&b->arena, "document.getElementById('%s').textContent", id));
}

/* Starts Chromium, or skips the test. */
static inline void browser_start(browser *b) {
    *b = (browser){0};
    if (system("command -v chromium >/dev/null 2>&1") != 0) test_skip("chromium is not installed");
    snprintf(b->folder, sizeof b->folder, "/tmp/visrob_browser_XXXXXX");
    int in[2], out[2];
    if (!mkdtemp(b->folder) || pipe(in) != 0 || pipe(out) != 0) fail_msg("no folder or pipe for Chromium");
    signal(SIGPIPE, SIG_IGN);
    atexit(browser_at_exit);
    b->pid = fork();
    if (b->pid == 0) {
        const int to = fcntl(in[0], F_DUPFD, 10), from = fcntl(out[1], F_DUPFD, 10),
                  nowhere = open("/dev/null", O_WRONLY);
        dup2(nowhere, 1), dup2(nowhere, 2), dup2(to, 3), dup2(from, 4);
        for (int fd = 5; fd < 64; fd++) close(fd);
        char data[96];
        snprintf(data, sizeof data, "--user-data-dir=%s", b->folder);
        execlp("chromium", "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
               "--remote-debugging-pipe", data, "about:blank", (char *)NULL);
        _exit(127);
    }
    close(in[0]), close(out[1]);
    b->in = in[1], b->out = out[0];
    const char *target =
        vr_json_get(browser_call(b, "Target.createTarget", "{\"url\":\"about:blank\"}"), "targetId")->string;
    b->session = vr_json_get(browser_call(b, "Target.attachToTarget",
                                          vr_arena_printf(&b->arena, "{\"flatten\":true,\"targetId\":\"%s\"}",
                                                          target)),
                             "sessionId")
                     ->string;
    static const char *const enable[] = {"Page.enable", "Runtime.enable", "Log.enable", "Network.enable"};
    for (int i = 0; i < 4; i++) browser_call(b, enable[i], "{}");
}

/* Opens a file in a window of so many pixels, and waits until it is loaded. */
static inline void browser_open(browser *b, const char *path, int width, int height, bool dark) {
    char whole[4096];
    if (!realpath(path, whole)) fail_msg("%s does not exist", path);
    browser_call(b, "Emulation.setDeviceMetricsOverride",
                 vr_arena_printf(&b->arena,
                                 "{\"width\":%d,\"height\":%d,\"deviceScaleFactor\":1,\"mobile\":false}",
                                 width, height));
    browser_call(b, "Emulation.setEmulatedMedia",
                 vr_arena_printf(
                     &b->arena,
                     "{\"media\":\"\",\"features\":[{\"name\":\"prefers-color-scheme\",\"value\":\"%s\"}]}",
                     dark ? "dark" : "light"));
    browser_call(b, "Page.navigate", vr_arena_printf(&b->arena, "{\"url\":\"file://%s\"}", whole));
    for (int i = 0; i < 600; i++, usleep(50000))
        if (strcmp(browser_ask(b, "document.readyState + ' ' + location.protocol"), "complete file:") == 0)
            return;
    fail_msg("%s does not open", path);
}

/* Clicks the middle of the first element of a selector. */
static inline void browser_click(browser *b, const char *selector) {
    const char *at = browser_ask(
        b, vr_arena_printf(&b->arena,
                           "(e => { e.scrollIntoView({block: 'center'}); const r = e.getBoundingClientRect();"
                           " return `\"x\":${r.x + r.width / 2},\"y\":${r.y + r.height / 2}`; "
                           "})(document.querySelector(\"%s\"))",
                           selector));
    static const char *const kinds[] = {"mouseMoved", "mousePressed", "mouseReleased"};
    for (int i = 0; i < 3; i++)
        browser_call(b, "Input.dispatchMouseEvent",
                     vr_arena_printf(&b->arena, "{\"type\":\"%s\",%s,\"button\":\"%s\",\"clickCount\":%d}",
                                     kinds[i], at, i ? "left" : "none", i > 0));
}

/* Presses a key: "Tab", "Enter" or " ". */
static inline void browser_key(browser *b, const char *key) {
    const int code = strcmp(key, "Tab") == 0 ? 9 : strcmp(key, "Enter") == 0 ? 13 : 32;
    browser_call(b, "Input.dispatchKeyEvent",
                 vr_arena_printf(
                     &b->arena,
                     "{\"type\":\"keyDown\",\"key\":\"%s\",\"code\":\"%s\",\"windowsVirtualKeyCode\":%d%s}",
                     key, key, code,
                     code == 13   ? ",\"text\":\"\\r\""
                     : code == 32 ? ",\"text\":\" \""
                                  : ""));
    browser_call(
        b, "Input.dispatchKeyEvent",
        vr_arena_printf(&b->arena,
                        "{\"type\":\"keyUp\",\"key\":\"%s\",\"code\":\"%s\",\"windowsVirtualKeyCode\":%d}",
                        key, key, code));
}

static inline void browser_type(browser *b, const char *text) {
    browser_call(b, "Input.insertText", vr_arena_printf(&b->arena, "{\"text\":\"%s\"}", text));
}

/* The base64 of the SHA-256 of a page's script, which ends at its closing tag; skips the test without sha256sum. */
static inline const char *script_hash(vr_arena *arena, const char *script) {
    const char *path = test_tmp("script.js");
    test_write(path, script, strstr(script, "</script>") - script);
    FILE *sum = popen(vr_arena_printf(arena, "sha256sum %s 2>/dev/null", path), "r");
    assert_non_null(sum);
    uint8_t hash[32];
    unsigned byte;
    int n = 0;
    while (n < 32 && fscanf(sum, "%2x", &byte) == 1) hash[n++] = (uint8_t)byte;
    pclose(sum);
    if (n < 32) test_skip("sha256sum is not installed");
    vr_text base64 = {.arena = arena};
    vr_text_base64(&base64, hash, 32);
    return base64.data;
}

/* Saves the whole page as a PNG. */
static inline void browser_screenshot(browser *b, const char *path) {
    const vr_json *data =
        vr_json_get(browser_call(b, "Page.captureScreenshot", "{\"captureBeyondViewport\":true}"), "data");
    char *command = (char *)vr_arena_printf(&b->arena, "base64 -d > %s", path);
    FILE *pipe_ = popen(command, "w");
    if (pipe_) fputs(data->string, pipe_), pclose(pipe_);
}
#endif
