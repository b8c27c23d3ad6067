# Two small bases from Debian's packages and the Node.js of the machine, for `npm run image` where no registry is at hand. Released
# images are built on the images that the Dockerfile names.
FROM scratch AS runtime
ADD runtime.tar /
COPY node /usr/bin/node

FROM scratch AS build
ADD build.tar /
COPY node /usr/bin/node
COPY npm /usr/lib/node_modules/npm
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/bin/npm
