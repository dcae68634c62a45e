// The page that sends where somebody is: one tap asks the phone, and sends what it says.
"use strict";

const place = document.getElementById("place");
const button = document.getElementById("send");
const said = document.getElementById("said");

function failed() {
  said.textContent = place.dataset.failed;
  button.disabled = false;
}

async function found(position) {
  const { latitude, longitude } = position.coords;
  try {
    const answer = await fetch(location.pathname, {
      method: "POST",
      headers: { "Content-Type": "text/plain" },
      body: `${latitude.toFixed(6)} ${longitude.toFixed(6)}`,
    });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const words = page.querySelector("h1").textContent;
    if (answer.ok) {
      button.remove();
      said.remove();
      place.querySelector("h1").textContent = words;
    } else {
      button.disabled = false;
      said.textContent = words;
    }
  } catch {
    failed();
  }
}

button.addEventListener("click", () => {
  button.disabled = true;
  said.textContent = place.dataset.asking;
  if (!navigator.geolocation) failed();
  else navigator.geolocation.getCurrentPosition(found, failed, { enableHighAccuracy: true, timeout: 20000 });
});
