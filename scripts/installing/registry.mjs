// A registry on this machine that has our packages, and sends whoever asks for another one to the real one.
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { createServer } from "node:http"
import { run } from "./commands.mjs"

/** What npm below it has to be told, and how to end it. npm resolves what it offers as it would a release. */
export const registryOf = async (packages) => {
  const real = (await run("npm", ["config", "get", "registry"])).trim().replace(/\/$/, "")
  const tarballs = new Map(
    packages.map(({ name, tarball }) => [`/${name}/tarball.tgz`, readFileSync(tarball)])
  )
  const server = createServer((request, response) => {
    const path = request.url ?? "/"
    const tarball = tarballs.get(path)
    const wanted = packages.find(({ name }) => path === `/${name}`)
    if (tarball !== undefined) response.end(tarball)
    else if (wanted === undefined) response.writeHead(307, { Location: `${real}${path}` }).end()
    else {
      const { manifest, name, version } = wanted
      const at = `/${name}/tarball.tgz`
      const integrity = `sha512-${createHash("sha512").update(tarballs.get(at)).digest("base64")}`
      const dist = { integrity, tarball: `http://${request.headers.host}${at}` }
      response.writeHead(200, { "Content-Type": "application/json" }).end(
        JSON.stringify({
          name,
          "dist-tags": { latest: version },
          versions: { [version]: { ...manifest, dist } }
        })
      )
    }
  })
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve))
  return {
    env: {
      npm_config_registry: `http://127.0.0.1:${server.address().port}/`,
      npm_config_noproxy: [process.env.NO_PROXY ?? process.env.no_proxy ?? [], "127.0.0.1"].flat().join(","),
      npm_config_audit: "false",
      npm_config_fund: "false",
      npm_config_update_notifier: "false"
    },
    close: () => {
      server.closeAllConnections()
      server.close()
    }
  }
}
