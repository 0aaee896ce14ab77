# A bare PostgreSQL out of the system's own package, for machines without a registry. Made by ci/images/build.
FROM scratch
COPY root/ /
ENV PGDATA=/var/lib/postgresql/data PGHOST=/tmp LC_ALL=C.UTF-8
USER postgres
EXPOSE 5432
# A polite stop must not wait for clients to leave.
STOPSIGNAL SIGINT
ENTRYPOINT ["/entry"]
CMD ["postgres"]
