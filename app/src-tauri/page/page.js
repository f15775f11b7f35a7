// The shell tells this page what failed through the fragment: #{"ja","en","said"} as JSON.
// So the page needs no permission to call into the shell, and the shell never evaluates script.
"use strict";

function show() {
  if (location.hash.length < 2) return;
  const failure = JSON.parse(decodeURIComponent(location.hash.slice(1)));
  document.getElementById("starting").hidden = true;
  document.getElementById("failed").hidden = false;
  document.getElementById("failed-ja").textContent = failure.ja;
  document.getElementById("failed-en").textContent = failure.en;
  const said = document.getElementById("failed-said");
  said.textContent = failure.said;
  said.hidden = failure.said === "";
}

addEventListener("hashchange", show);
show();
