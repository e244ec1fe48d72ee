// A passkey, asked of the browser: to make one, or to show that one is there. The answer goes into the form.
const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const named = (one) => ({ ...one, id: bytes(one.id) });

function read({ publicKey }) {
  const asked = { ...publicKey, challenge: bytes(publicKey.challenge) };
  if (asked.user) {
    asked.user = named(asked.user);
  }
  for (const list of ["allowCredentials", "excludeCredentials"]) {
    asked[list] = asked[list]?.map(named);
  }
  return { publicKey: asked };
}

function written(credential) {
  const { response } = credential;
  const said = { clientDataJSON: text(response.clientDataJSON) };
  for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[part]) {
      said[part] = text(response[part]);
    }
  }
  return JSON.stringify({
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: said,
  });
}

// Resolves to whether there was an answer; it stands in the form then.
export async function usePasskey(place, options = place.dataset.passkey) {
  const failed = place.querySelector("[data-passkey-failed]");
  failed.hidden = true;
  try {
    const credential = await navigator.credentials[place.dataset.passkeyDoes](read(JSON.parse(options)));
    place.querySelector("[name=factor_credential]").value = written(credential);
    return true;
  } catch {
    failed.hidden = false;
    return false;
  }
}

for (const place of document.querySelectorAll("[data-passkey]")) {
  if (window.PublicKeyCredential && place.dataset.passkey) {
    place.hidden = false;
    document.querySelector("[data-no-passkeys]")?.remove();
    place.querySelector("[data-passkey-button]").addEventListener("click", async () => {
      const { form } = place.querySelector("[name=factor_credential]");
      if (await usePasskey(place)) {
        form.submit();
      }
    });
  }
}
