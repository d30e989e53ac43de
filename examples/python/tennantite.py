"""What a Python test needs of Tennantite: copy it, change it. Python 3.9 or newer, no packages."""
import json
import os
import pathlib
import ssl
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

CONTOSO = "4ba5b1f1-7b2e-4c6a-9d0f-2f3a6c1e8d47"
SUITE = "6f1d2c3b-90ab-4e57-8c1d-5a7e4b2f9d10"  # an application that may do everything


class Emulator:
    """An emulator on free ports: with Emulator() as emulator: ..."""

    def __init__(self, *flags, binary=None):
        self.folder = tempfile.TemporaryDirectory(prefix="tennantite-")
        file = pathlib.Path(self.folder.name, "addresses.json")
        command = [binary or os.environ.get("TENNANTITE", "tennantite"), "serve", "--http", "127.0.0.1:0", "--https", "", "--proxy", "127.0.0.1:0"]
        self.process = subprocess.Popen([*command, "--addr-file", str(file), *flags], stdout=subprocess.DEVNULL)
        while not file.exists():  # it is there once everything can be used
            if self.process.poll() is not None:
                raise RuntimeError(f"the emulator ended with {self.process.returncode}")
            time.sleep(0.02)
        addresses = json.loads(file.read_text())
        self.http, self.proxy = addresses["http"], addresses["proxy"]
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with direct.open(self.http + "/_tennantite/v1/ca.pem") as answer:
            self.trust = ssl.create_default_context(cadata=answer.read().decode())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.folder.cleanup()

    def world(self):
        """A world of its own, as main is now: for one test."""
        return World(self, World(self, "main").control("POST", "/worlds", {})["name"])


class World:
    def __init__(self, emulator, name):
        self.emulator, self.name = emulator, name
        proxy = emulator.proxy.replace("://", f"://{name}:x@")  # the user name is the world, any password will do
        self.direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({"https": proxy}), urllib.request.HTTPSHandler(context=emulator.trust))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.control("DELETE", f"/worlds/{self.name}")

    def control(self, method, path, body=None):
        """Calls the control plane, in this world."""
        request = urllib.request.Request(
            self.emulator.http + "/_tennantite/v1" + path, method=method, headers={"X-Tennantite-World": self.name})
        return self._send(self.direct, request, body)[1]

    def call(self, method, url, token=None, body=None):
        """Calls a service by its real address, through the proxy: status and body."""
        request = urllib.request.Request(url, method=method)
        if token:
            request.add_header("Authorization", "Bearer " + token)
        try:
            return self._send(self.opener, request, body)
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, json.loads(refused.read())

    @staticmethod
    def _send(opener, request, body):
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        with opener.open(request, timeout=30) as answer:
            text = answer.read()
            return answer.status, json.loads(text) if text else None

    def token(self, who, resource="https://graph.microsoft.com"):
        """A token of somebody for a service."""
        wanted = {"as": who, "app": SUITE, "tenant": CONTOSO, "resource": resource}
        return self.control("POST", "/tokens", wanted)["access_token"]

    def mail(self, to, wait="5s"):
        """The newest mail to somebody; waits until there is one."""
        found = self.control("GET", "/mail?" + urllib.parse.urlencode({"to": to, "wait": wait}))["value"]
        if not found:
            raise AssertionError(f"no mail to {to}")
        return found[0]

    def redeem(self, url, who):
        """Follows a link of a mail as that person, and returns the guest."""
        return self.control("POST", "/redemptions", {"url": url, "as": who})["guest"]

    def reset(self):
        self.control("POST", "/reset")
