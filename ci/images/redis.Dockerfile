# A bare Redis out of the system's own package, for machines without a registry. Made by ci/images/build.
FROM scratch
COPY root/ /
WORKDIR /data
EXPOSE 6379
ENTRYPOINT []
CMD ["redis-server", "--protected-mode", "no"]
