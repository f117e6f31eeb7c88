# The front end is built with Node, which the running image does not carry.
FROM node:24-bookworm-slim AS assets
WORKDIR /src/assets
COPY assets/package.json assets/package-lock.json assets/.npmrc ./
RUN npm ci --ignore-scripts
COPY assets/ ./
RUN npm run build

# Backups: PostgreSQL's own clients and the standard library.
FROM postgres:18-bookworm AS backup
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends python3 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY portal/__init__.py portal/
COPY portal/ops portal/ops
ENV PYTHONUNBUFFERED=1 PG_BIN=/usr/lib/postgresql/18/bin BACKUP_DIR=/backups VAR_DIR=/app/var
USER postgres
ENTRYPOINT ["python3", "-m", "portal.ops.backup"]
CMD ["watch"]

FROM python:3.11-slim-bookworm AS app
# Text layout and font subsetting for PDF (without libharfbuzz-subset0 a page takes 15 s), and Chinese fonts
# (without them every character is an empty box).
RUN apt-get update -qq \
    && apt-get install -y -qq --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fontconfig fonts-noto-cjk \
    && rm -rf /var/lib/apt/lists/*
ENV PYTHONUNBUFFERED=1 PATH=/opt/venv/bin:$PATH
WORKDIR /app
COPY requirements.txt requirements-installer.txt ./
RUN python -m venv /opt/venv \
    && pip install --no-cache-dir --require-hashes -r requirements-installer.txt \
    && uv pip install --no-cache --compile-bytecode --python /opt/venv/bin/python --require-hashes -r requirements.txt
COPY . .
COPY --from=assets /src/static/dist static/dist
RUN useradd --system --uid 10001 --home-dir /app portal \
    && mkdir -p /app/var /srv/static \
    && STATIC_ROOT=/srv/static python manage.py collectstatic --noinput --verbosity 0 \
    && python -m compileall -q portal programs awards \
    && chown -R portal /app/var
ENV STATIC_ROOT=/srv/static VAR_DIR=/app/var
USER portal
EXPOSE 8000
HEALTHCHECK NONE
# The commands are those of portal/ops/processes.py; tests/ops compares them.
CMD ["python", "-m", "gunicorn", "portal.wsgi:application", "--worker-class", "gthread", "--threads", "4", "--preload", "--timeout", "60", "--graceful-timeout", "3", "--max-requests", "5000", "--max-requests-jitter", "500", "--no-control-socket", "--log-level", "warning"]
