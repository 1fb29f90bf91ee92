(function () {
  // For browsers that know neither modules nor anything newer: the language of 2009 only.
  function knows() {
    return (
      "noModule" in document.createElement("script") &&
      "popover" in document.documentElement &&
      "HTMLDialogElement" in window &&
      "RTCPeerConnection" in window &&
      "CSS" in window &&
      CSS.supports("selector(:has(a))")
    );
  }
  if (!knows()) {
    document.getElementById("n-old-browser").removeAttribute("hidden");
  }
})();
