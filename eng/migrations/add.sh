#!/usr/bin/env bash
# Adds a migration to a service, for both databases:  eng/migrations/add.sh Funnel AddSomething
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.."
service=${1:?service, such as Funnel} name=${2:?name of the migration, such as AddSomething}
dotnet tool restore >/dev/null
dotnet build eng/migrations -v quiet -nologo
for provider in PostgreSql SqlServer; do
  context=${service}DbContext
  [ "$provider" = SqlServer ] && context=SqlServer$context
  dotnet ef migrations add "$name" --no-build --project "services/$service" --startup-project eng/migrations \
    --context "$context" --output-dir "Migrations/$provider" --namespace "ContactPlatform.$service.Migrations.$provider"
  # The first snapshot of a model is put into folders named like its namespace.
  first=services/$service/ContactPlatform
  if [ -d "$first" ]; then
    mv "$first/$service/Migrations/$provider"/* "services/$service/Migrations/$provider/"
    rm -r "$first"
  fi
done
