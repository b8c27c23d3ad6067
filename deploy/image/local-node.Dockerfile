# Two small base images from Debian packages and the Node.js of this machine, for `npm run image` without a registry. Released images use
# the base images of the Dockerfile.
FROM scratch AS runtime
ADD runtime.tar /
COPY node /usr/bin/node

FROM scratch AS build
ADD build.tar /
COPY node /usr/bin/node
COPY npm /usr/lib/node_modules/npm
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/bin/npm
