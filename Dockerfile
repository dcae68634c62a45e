FROM python:3.12-slim AS libraries
WORKDIR /build
COPY requirements.lock ./
# What installed the libraries goes, and of Babel's many languages those that the bot does not speak.
RUN python -m venv /libraries \
 && /libraries/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.lock \
 && /libraries/bin/pip uninstall --yes pip setuptools \
 && find /libraries -path '*/babel/locale-data/*' -type f \
    ! -name 'root.dat' ! -name 'en*.dat' ! -name 'zh*.dat' -delete

FROM python:3.12-slim
# Charts and pictures hold Chinese names.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install --yes --no-install-recommends fonts-droid-fallback \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/* \
 && install --directory --owner 10001 --group 10001 /data
COPY --from=libraries /libraries /libraries
COPY . /app

ENV PATH=/libraries/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONUNBUFFERED=1 \
    HOST=0.0.0.0 \
    PORT=8080 \
    DATABASE_URL=sqlite:////data/headwater.db
RUN python -m compileall -q /app
# A number, so that a cluster can see that it is not root.
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8080
# What has begun is finished, and what waits is kept: within ten seconds.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ['PORT'] + '/readyz', timeout=4)"]
CMD ["python", "-m", "bot", "run"]
