using System;
using System.Collections.Generic;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace ContactPlatform.Contacts.Migrations.PostgreSql
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateSequence(
                name: "ids",
                incrementBy: 1000);

            migrationBuilder.CreateTable(
                name: "api_keys",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    api_key_id = table.Column<long>(type: "bigint", nullable: false),
                    display_name = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    scopes = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: false),
                    prefix = table.Column<string>(type: "character varying(11)", maxLength: 11, nullable: false),
                    hash = table.Column<byte[]>(type: "bytea", maxLength: 32, nullable: false),
                    create_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    revoke_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_api_keys", x => new { x.account_id, x.api_key_id });
                });

            migrationBuilder.CreateTable(
                name: "bulk_run_pieces",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    run_id = table.Column<long>(type: "bigint", nullable: false),
                    piece_number = table.Column<int>(type: "integer", nullable: false),
                    contact_ids = table.Column<byte[]>(type: "bytea", maxLength: 8000, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_bulk_run_pieces", x => new { x.account_id, x.run_id, x.piece_number });
                });

            migrationBuilder.CreateTable(
                name: "bulk_runs",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    run_id = table.Column<long>(type: "bigint", nullable: false),
                    contacts = table.Column<byte[]>(type: "bytea", nullable: false),
                    action = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_bulk_runs", x => new { x.account_id, x.run_id });
                });

            migrationBuilder.CreateTable(
                name: "contact_event_blocks",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    event_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    event_id = table.Column<long>(type: "bigint", nullable: false),
                    block_id = table.Column<long>(type: "bigint", nullable: false),
                    members = table.Column<byte[]>(type: "bytea", maxLength: 125, nullable: false),
                    cause = table.Column<short>(type: "smallint", nullable: false),
                    actor_kind = table.Column<short>(type: "smallint", nullable: false),
                    actor_subject = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    actor_name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    run_id = table.Column<long>(type: "bigint", nullable: false),
                    detail = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_contact_event_blocks", x => new { x.account_id, x.block_id, x.event_time, x.event_id });
                });

            migrationBuilder.CreateTable(
                name: "contact_events",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    event_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    event_id = table.Column<long>(type: "bigint", nullable: false),
                    contact_id = table.Column<long>(type: "bigint", nullable: false),
                    cause = table.Column<short>(type: "smallint", nullable: false),
                    actor_kind = table.Column<short>(type: "smallint", nullable: false),
                    actor_subject = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    actor_name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    run_id = table.Column<long>(type: "bigint", nullable: false),
                    detail = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_contact_events", x => new { x.account_id, x.contact_id, x.event_time, x.event_id });
                });

            migrationBuilder.CreateTable(
                name: "contact_lists",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    contact_list_id = table.Column<long>(type: "bigint", nullable: false),
                    display_name = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    name_key = table.Column<string>(type: "character varying(300)", maxLength: 300, nullable: false),
                    create_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    update_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_contact_lists", x => new { x.account_id, x.contact_list_id });
                });

            migrationBuilder.CreateTable(
                name: "contact_merges",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    merged_contact_id = table.Column<long>(type: "bigint", nullable: false),
                    survivor_contact_id = table.Column<long>(type: "bigint", nullable: false),
                    merge_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    actor_kind = table.Column<short>(type: "smallint", nullable: false),
                    actor_subject = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_contact_merges", x => new { x.account_id, x.merged_contact_id });
                });

            migrationBuilder.CreateTable(
                name: "contacts",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    contact_id = table.Column<long>(type: "bigint", nullable: false),
                    email = table.Column<string>(type: "character varying(254)", maxLength: 254, nullable: true),
                    phone = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: true),
                    given_name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    given_name_key = table.Column<string>(type: "character varying(600)", maxLength: 600, nullable: true, collation: "C"),
                    family_name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    family_name_key = table.Column<string>(type: "character varying(600)", maxLength: 600, nullable: true, collation: "C"),
                    time_zone = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    record_state = table.Column<short>(type: "smallint", nullable: false),
                    source = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    source_key = table.Column<string>(type: "character varying(600)", maxLength: 600, nullable: true, collation: "C"),
                    subscribed_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    unsubscribed_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    owner = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    lead_score = table.Column<int>(type: "integer", nullable: false),
                    create_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    update_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_contacts", x => new { x.account_id, x.contact_id });
                    table.CheckConstraint("ck_contacts_reachable", "email IS NOT NULL OR phone IS NOT NULL");
                });

            migrationBuilder.CreateTable(
                name: "custom_fields",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    custom_field_id = table.Column<long>(type: "bigint", nullable: false),
                    field_key = table.Column<string>(type: "character varying(63)", maxLength: 63, nullable: false, collation: "C"),
                    display_name = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    type = table.Column<short>(type: "smallint", nullable: false),
                    choices = table.Column<List<string>>(type: "text[]", nullable: false),
                    create_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    update_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_custom_fields", x => new { x.account_id, x.custom_field_id });
                });

            migrationBuilder.CreateTable(
                name: "feed_positions",
                columns: table => new
                {
                    source = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    position = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    apply_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_feed_positions", x => x.source);
                });

            migrationBuilder.CreateTable(
                name: "funnel_defaults",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    stage = table.Column<short>(type: "smallint", nullable: false),
                    change_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_funnel_defaults", x => x.account_id);
                });

            migrationBuilder.CreateTable(
                name: "import_changes",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    import_id = table.Column<long>(type: "bigint", nullable: false),
                    contact_id = table.Column<long>(type: "bigint", nullable: false),
                    number = table.Column<long>(type: "bigint", nullable: false),
                    stage = table.Column<short>(type: "smallint", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false),
                    change_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    label_ids = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_import_changes", x => new { x.account_id, x.import_id, x.contact_id, x.number });
                });

            migrationBuilder.CreateTable(
                name: "import_chunks",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    import_id = table.Column<long>(type: "bigint", nullable: false),
                    number = table.Column<int>(type: "integer", nullable: false),
                    data = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_import_chunks", x => new { x.account_id, x.import_id, x.number });
                });

            migrationBuilder.CreateTable(
                name: "import_creations",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    import_id = table.Column<long>(type: "bigint", nullable: false),
                    number = table.Column<long>(type: "bigint", nullable: false),
                    stage = table.Column<short>(type: "smallint", nullable: false),
                    contact_count = table.Column<int>(type: "integer", nullable: false),
                    create_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    contact_ids = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_import_creations", x => new { x.account_id, x.import_id, x.number, x.stage });
                });

            migrationBuilder.CreateTable(
                name: "import_errors",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    import_id = table.Column<long>(type: "bigint", nullable: false),
                    number = table.Column<long>(type: "bigint", nullable: false),
                    line_number = table.Column<long>(type: "bigint", nullable: false),
                    reason = table.Column<string>(type: "text", nullable: false),
                    field = table.Column<string>(type: "text", nullable: false),
                    problem = table.Column<string>(type: "text", nullable: false),
                    raw = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_import_errors", x => new { x.account_id, x.import_id, x.number });
                });

            migrationBuilder.CreateTable(
                name: "import_undo_results",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    import_undo_id = table.Column<long>(type: "bigint", nullable: false),
                    contact_id = table.Column<long>(type: "bigint", nullable: false),
                    outcome = table.Column<short>(type: "smallint", nullable: false),
                    reason = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false),
                    kept_fields = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_import_undo_results", x => new { x.account_id, x.import_undo_id, x.contact_id });
                });

            migrationBuilder.CreateTable(
                name: "import_undos",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    import_undo_id = table.Column<long>(type: "bigint", nullable: false),
                    import_id = table.Column<long>(type: "bigint", nullable: false),
                    deleted_count = table.Column<long>(type: "bigint", nullable: false),
                    restored_count = table.Column<long>(type: "bigint", nullable: false),
                    partly_restored_count = table.Column<long>(type: "bigint", nullable: false),
                    kept_count = table.Column<long>(type: "bigint", nullable: false),
                    failed_count = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_import_undos", x => new { x.account_id, x.import_undo_id });
                });

            migrationBuilder.CreateTable(
                name: "imports",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    import_id = table.Column<long>(type: "bigint", nullable: false),
                    config = table.Column<byte[]>(type: "bytea", nullable: false),
                    header = table.Column<string>(type: "text", nullable: false),
                    byte_count = table.Column<long>(type: "bigint", nullable: false),
                    done_byte_count = table.Column<long>(type: "bigint", nullable: false),
                    created_count = table.Column<long>(type: "bigint", nullable: false),
                    updated_count = table.Column<long>(type: "bigint", nullable: false),
                    unchanged_count = table.Column<long>(type: "bigint", nullable: false),
                    remembered_count = table.Column<long>(type: "bigint", nullable: false),
                    unsubscribed_count = table.Column<long>(type: "bigint", nullable: false),
                    undoable = table.Column<bool>(type: "boolean", nullable: false),
                    refused_count = table.Column<long>(type: "bigint", nullable: false),
                    touch_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_imports", x => new { x.account_id, x.import_id });
                });

            migrationBuilder.CreateTable(
                name: "labels",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    label_id = table.Column<long>(type: "bigint", nullable: false),
                    display_name = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    name_key = table.Column<string>(type: "character varying(300)", maxLength: 300, nullable: false),
                    create_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    update_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_labels", x => new { x.account_id, x.label_id });
                });

            migrationBuilder.CreateTable(
                name: "outbox",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    change_id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    transaction_id = table.Column<ulong>(type: "xid8", nullable: false, defaultValueSql: "GREATEST(pg_current_xact_id(), (pg_snapshot_xmax(pg_current_snapshot())::text::bigint - 1)::text::xid8)"),
                    payload = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_outbox", x => new { x.account_id, x.change_id });
                });

            migrationBuilder.CreateTable(
                name: "rebuilt_contact_deliverability",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    contact_id = table.Column<long>(type: "bigint", nullable: false),
                    revision = table.Column<long>(type: "bigint", nullable: false),
                    status = table.Column<short>(type: "smallint", nullable: false),
                    last_send_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    last_open_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    last_click_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_rebuilt_contact_deliverability", x => new { x.account_id, x.contact_id });
                });

            migrationBuilder.CreateTable(
                name: "rebuilt_contact_enrollments",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    contact_id = table.Column<long>(type: "bigint", nullable: false),
                    sequence_id = table.Column<long>(type: "bigint", nullable: false),
                    enrollment_id = table.Column<long>(type: "bigint", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false),
                    status = table.Column<short>(type: "smallint", nullable: false),
                    words = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_rebuilt_contact_enrollments", x => new { x.account_id, x.contact_id, x.sequence_id });
                });

            migrationBuilder.CreateTable(
                name: "rebuilt_contact_outreach",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    contact_id = table.Column<long>(type: "bigint", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false),
                    engagement = table.Column<short>(type: "smallint", nullable: false),
                    engagement_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    first_working_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    opted_out = table.Column<bool>(type: "boolean", nullable: false),
                    call_status = table.Column<short>(type: "smallint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_rebuilt_contact_outreach", x => new { x.account_id, x.contact_id });
                });

            migrationBuilder.CreateTable(
                name: "rebuilt_contact_stages",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    contact_id = table.Column<long>(type: "bigint", nullable: false),
                    stage = table.Column<short>(type: "smallint", nullable: true),
                    lost = table.Column<bool>(type: "boolean", nullable: false),
                    change_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_rebuilt_contact_stages", x => new { x.account_id, x.contact_id });
                });

            migrationBuilder.CreateTable(
                name: "rebuilt_funnel_defaults",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    stage = table.Column<short>(type: "smallint", nullable: false),
                    change_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_rebuilt_funnel_defaults", x => x.account_id);
                });

            migrationBuilder.CreateTable(
                name: "requests",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    method = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false),
                    request_id = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    body_hash = table.Column<byte[]>(type: "bytea", maxLength: 32, nullable: false),
                    result_id = table.Column<long>(type: "bigint", nullable: false),
                    create_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_requests", x => new { x.account_id, x.method, x.request_id });
                });

            migrationBuilder.CreateTable(
                name: "runs",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    run_id = table.Column<long>(type: "bigint", nullable: false),
                    kind = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    subject_id = table.Column<long>(type: "bigint", nullable: false),
                    state = table.Column<int>(type: "integer", nullable: false),
                    epoch = table.Column<long>(type: "bigint", nullable: false),
                    cursor_id = table.Column<long>(type: "bigint", nullable: false),
                    total_count = table.Column<long>(type: "bigint", nullable: false),
                    done_count = table.Column<long>(type: "bigint", nullable: false),
                    changed_count = table.Column<long>(type: "bigint", nullable: false),
                    unchanged_count = table.Column<long>(type: "bigint", nullable: false),
                    skip_counts = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: false),
                    create_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    start_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    set_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    end_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    actor_kind = table.Column<short>(type: "smallint", nullable: false),
                    actor_subject = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    actor_name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    failure_reason = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false),
                    message = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: false),
                    cancel_requested = table.Column<bool>(type: "boolean", nullable: false),
                    trace_parent = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false),
                    broken_attempts = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_runs", x => new { x.account_id, x.run_id });
                });

            migrationBuilder.CreateTable(
                name: "segment_snapshot_members",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    segment_snapshot_id = table.Column<long>(type: "bigint", nullable: false),
                    contact_id = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_segment_snapshot_members", x => new { x.account_id, x.segment_snapshot_id, x.contact_id });
                });

            migrationBuilder.CreateTable(
                name: "segment_snapshots",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    segment_snapshot_id = table.Column<long>(type: "bigint", nullable: false),
                    segment_id = table.Column<long>(type: "bigint", nullable: false),
                    filter_text = table.Column<string>(type: "character varying(65536)", maxLength: 65536, nullable: false),
                    contact_count = table.Column<long>(type: "bigint", nullable: false),
                    create_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_segment_snapshots", x => new { x.account_id, x.segment_snapshot_id });
                });

            migrationBuilder.CreateTable(
                name: "segments",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    segment_id = table.Column<long>(type: "bigint", nullable: false),
                    display_name = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    name_key = table.Column<string>(type: "character varying(300)", maxLength: 300, nullable: false),
                    filter_text = table.Column<string>(type: "character varying(65536)", maxLength: 65536, nullable: false),
                    create_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    update_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_segments", x => new { x.account_id, x.segment_id });
                });

            migrationBuilder.CreateTable(
                name: "signing_keys",
                columns: table => new
                {
                    key_number = table.Column<long>(type: "bigint", nullable: false),
                    key_id = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    private_key = table.Column<byte[]>(type: "bytea", maxLength: 500, nullable: false),
                    create_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    activate_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_signing_keys", x => x.key_number);
                });

            migrationBuilder.CreateTable(
                name: "suppressions",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    address_hash = table.Column<string>(type: "character varying(64)", unicode: false, maxLength: 64, nullable: false),
                    key_id = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    suppress_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    suppress_actor_kind = table.Column<short>(type: "smallint", nullable: false),
                    suppress_actor_subject = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    import_id = table.Column<long>(type: "bigint", nullable: false),
                    lift_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    lift_actor_kind = table.Column<short>(type: "smallint", nullable: false),
                    lift_actor_subject = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_suppressions", x => new { x.account_id, x.address_hash });
                });

            migrationBuilder.CreateTable(
                name: "tombstones",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    address_hash = table.Column<string>(type: "character varying(64)", unicode: false, maxLength: 64, nullable: false),
                    key_id = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    contact_id = table.Column<long>(type: "bigint", nullable: false),
                    erase_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    erase_actor_kind = table.Column<short>(type: "smallint", nullable: false),
                    erase_actor_subject = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    readmit_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    readmit_actor_kind = table.Column<short>(type: "smallint", nullable: false),
                    readmit_actor_subject = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_tombstones", x => new { x.account_id, x.address_hash });
                });

            migrationBuilder.CreateTable(
                name: "contact_deliverability",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    contact_id = table.Column<long>(type: "bigint", nullable: false),
                    revision = table.Column<long>(type: "bigint", nullable: false),
                    status = table.Column<short>(type: "smallint", nullable: false),
                    last_send_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    last_open_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    last_click_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_contact_deliverability", x => new { x.account_id, x.contact_id });
                    table.ForeignKey(
                        name: "fk_contact_deliverability_contacts",
                        columns: x => new { x.account_id, x.contact_id },
                        principalTable: "contacts",
                        principalColumns: new[] { "account_id", "contact_id" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "contact_enrollments",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    contact_id = table.Column<long>(type: "bigint", nullable: false),
                    sequence_id = table.Column<long>(type: "bigint", nullable: false),
                    enrollment_id = table.Column<long>(type: "bigint", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false),
                    status = table.Column<short>(type: "smallint", nullable: false),
                    words = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_contact_enrollments", x => new { x.account_id, x.contact_id, x.sequence_id });
                    table.ForeignKey(
                        name: "fk_contact_enrollments_contacts",
                        columns: x => new { x.account_id, x.contact_id },
                        principalTable: "contacts",
                        principalColumns: new[] { "account_id", "contact_id" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "contact_list_members",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    contact_list_id = table.Column<long>(type: "bigint", nullable: false),
                    contact_id = table.Column<long>(type: "bigint", nullable: false),
                    add_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_contact_list_members", x => new { x.account_id, x.contact_list_id, x.contact_id });
                    table.ForeignKey(
                        name: "fk_contact_list_members_contacts",
                        columns: x => new { x.account_id, x.contact_id },
                        principalTable: "contacts",
                        principalColumns: new[] { "account_id", "contact_id" },
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "fk_contact_list_members_lists",
                        columns: x => new { x.account_id, x.contact_list_id },
                        principalTable: "contact_lists",
                        principalColumns: new[] { "account_id", "contact_list_id" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "contact_outreach",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    contact_id = table.Column<long>(type: "bigint", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false),
                    engagement = table.Column<short>(type: "smallint", nullable: false),
                    engagement_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    first_working_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    opted_out = table.Column<bool>(type: "boolean", nullable: false),
                    call_status = table.Column<short>(type: "smallint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_contact_outreach", x => new { x.account_id, x.contact_id });
                    table.ForeignKey(
                        name: "fk_contact_outreach_contacts",
                        columns: x => new { x.account_id, x.contact_id },
                        principalTable: "contacts",
                        principalColumns: new[] { "account_id", "contact_id" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "contact_stages",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    contact_id = table.Column<long>(type: "bigint", nullable: false),
                    stage = table.Column<short>(type: "smallint", nullable: true),
                    lost = table.Column<bool>(type: "boolean", nullable: false),
                    change_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_contact_stages", x => new { x.account_id, x.contact_id });
                    table.ForeignKey(
                        name: "fk_contact_stages_contacts",
                        columns: x => new { x.account_id, x.contact_id },
                        principalTable: "contacts",
                        principalColumns: new[] { "account_id", "contact_id" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "import_values",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    import_id = table.Column<long>(type: "bigint", nullable: false),
                    contact_id = table.Column<long>(type: "bigint", nullable: false),
                    number = table.Column<long>(type: "bigint", nullable: false),
                    detail = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_import_values", x => new { x.account_id, x.import_id, x.contact_id, x.number });
                    table.ForeignKey(
                        name: "fk_import_values_contacts",
                        columns: x => new { x.account_id, x.contact_id },
                        principalTable: "contacts",
                        principalColumns: new[] { "account_id", "contact_id" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "lead_score_entries",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    contact_id = table.Column<long>(type: "bigint", nullable: false),
                    request_id = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    points = table.Column<int>(type: "integer", nullable: false),
                    entry_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_lead_score_entries", x => new { x.account_id, x.contact_id, x.request_id });
                    table.ForeignKey(
                        name: "fk_lead_score_entries_contacts",
                        columns: x => new { x.account_id, x.contact_id },
                        principalTable: "contacts",
                        principalColumns: new[] { "account_id", "contact_id" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "merged_addresses",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    contact_id = table.Column<long>(type: "bigint", nullable: false),
                    address = table.Column<string>(type: "character varying(254)", maxLength: 254, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_merged_addresses", x => new { x.account_id, x.contact_id, x.address });
                    table.ForeignKey(
                        name: "fk_merged_addresses_contacts",
                        columns: x => new { x.account_id, x.contact_id },
                        principalTable: "contacts",
                        principalColumns: new[] { "account_id", "contact_id" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "contact_field_values",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    contact_id = table.Column<long>(type: "bigint", nullable: false),
                    custom_field_id = table.Column<long>(type: "bigint", nullable: false),
                    text_value = table.Column<string>(type: "character varying(400)", maxLength: 400, nullable: true),
                    text_key = table.Column<string>(type: "character varying(400)", maxLength: 400, nullable: true, collation: "C"),
                    number_value = table.Column<decimal>(type: "numeric(28,10)", precision: 28, scale: 10, nullable: true),
                    date_value = table.Column<DateOnly>(type: "date", nullable: true),
                    boolean_value = table.Column<bool>(type: "boolean", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_contact_field_values", x => new { x.account_id, x.contact_id, x.custom_field_id });
                    table.CheckConstraint("ck_contact_field_values_one", "CASE WHEN text_value IS NULL THEN 0 ELSE 1 END + CASE WHEN number_value IS NULL THEN 0 ELSE 1 END\n+ CASE WHEN date_value IS NULL THEN 0 ELSE 1 END + CASE WHEN boolean_value IS NULL THEN 0 ELSE 1 END = 1\nAND CASE WHEN text_value IS NULL THEN 0 ELSE 1 END = CASE WHEN text_key IS NULL THEN 0 ELSE 1 END");
                    table.ForeignKey(
                        name: "fk_contact_field_values_contacts",
                        columns: x => new { x.account_id, x.contact_id },
                        principalTable: "contacts",
                        principalColumns: new[] { "account_id", "contact_id" },
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "fk_contact_field_values_custom_fields",
                        columns: x => new { x.account_id, x.custom_field_id },
                        principalTable: "custom_fields",
                        principalColumns: new[] { "account_id", "custom_field_id" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "label_members",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    label_id = table.Column<long>(type: "bigint", nullable: false),
                    contact_id = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_label_members", x => new { x.account_id, x.label_id, x.contact_id });
                    table.ForeignKey(
                        name: "fk_label_members_contacts",
                        columns: x => new { x.account_id, x.contact_id },
                        principalTable: "contacts",
                        principalColumns: new[] { "account_id", "contact_id" },
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "fk_label_members_labels",
                        columns: x => new { x.account_id, x.label_id },
                        principalTable: "labels",
                        principalColumns: new[] { "account_id", "label_id" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "views",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    view_id = table.Column<long>(type: "bigint", nullable: false),
                    display_name = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    name_key = table.Column<string>(type: "character varying(300)", maxLength: 300, nullable: false),
                    segment_id = table.Column<long>(type: "bigint", nullable: false),
                    column_names = table.Column<List<string>>(type: "text[]", nullable: false),
                    order_by = table.Column<string>(type: "character varying(80)", maxLength: 80, nullable: false),
                    create_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    update_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_views", x => new { x.account_id, x.view_id });
                    table.ForeignKey(
                        name: "fk_views_segments",
                        columns: x => new { x.account_id, x.segment_id },
                        principalTable: "segments",
                        principalColumns: new[] { "account_id", "segment_id" });
                });

            migrationBuilder.CreateIndex(
                name: "IX_api_keys_hash",
                table: "api_keys",
                column: "hash",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_contact_deliverability_status",
                table: "contact_deliverability",
                columns: new[] { "account_id", "status", "contact_id" });

            migrationBuilder.CreateIndex(
                name: "ix_contact_enrollments_sequence",
                table: "contact_enrollments",
                columns: new[] { "account_id", "sequence_id", "contact_id" });

            migrationBuilder.CreateIndex(
                name: "ix_contact_field_values_boolean",
                table: "contact_field_values",
                columns: new[] { "account_id", "custom_field_id", "boolean_value", "contact_id" },
                filter: "boolean_value IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_contact_field_values_date",
                table: "contact_field_values",
                columns: new[] { "account_id", "custom_field_id", "date_value", "contact_id" },
                filter: "date_value IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_contact_field_values_number",
                table: "contact_field_values",
                columns: new[] { "account_id", "custom_field_id", "number_value", "contact_id" },
                filter: "number_value IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_contact_field_values_text",
                table: "contact_field_values",
                columns: new[] { "account_id", "custom_field_id", "text_key", "contact_id" },
                filter: "text_key IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_contact_list_members_contact",
                table: "contact_list_members",
                columns: new[] { "account_id", "contact_id" });

            migrationBuilder.CreateIndex(
                name: "ix_contact_lists_name_key",
                table: "contact_lists",
                columns: new[] { "account_id", "name_key" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_contact_merges_survivor",
                table: "contact_merges",
                columns: new[] { "account_id", "survivor_contact_id" });

            migrationBuilder.CreateIndex(
                name: "ix_contact_outreach_engagement",
                table: "contact_outreach",
                columns: new[] { "account_id", "engagement", "contact_id" });

            migrationBuilder.CreateIndex(
                name: "ix_contact_stages_stage",
                table: "contact_stages",
                columns: new[] { "account_id", "stage", "lost", "contact_id" });

            migrationBuilder.CreateIndex(
                name: "ix_contacts_email",
                table: "contacts",
                columns: new[] { "account_id", "email" },
                unique: true,
                filter: "email IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_contacts_phone",
                table: "contacts",
                columns: new[] { "account_id", "phone" },
                unique: true,
                filter: "email IS NULL AND phone IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_contacts_second_phone",
                table: "contacts",
                columns: new[] { "account_id", "phone" },
                filter: "email IS NOT NULL AND phone IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_contacts_without_keys",
                table: "contacts",
                columns: new[] { "account_id", "contact_id" },
                filter: "given_name_key IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_custom_fields_field_key",
                table: "custom_fields",
                columns: new[] { "account_id", "field_key" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_import_values_contact",
                table: "import_values",
                columns: new[] { "account_id", "contact_id" });

            migrationBuilder.CreateIndex(
                name: "ix_label_members_contact",
                table: "label_members",
                columns: new[] { "account_id", "contact_id" });

            migrationBuilder.CreateIndex(
                name: "ix_labels_name_key",
                table: "labels",
                columns: new[] { "account_id", "name_key" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_outbox_transaction_id_change_id",
                table: "outbox",
                columns: new[] { "transaction_id", "change_id" });

            migrationBuilder.CreateIndex(
                name: "IX_requests_create_time",
                table: "requests",
                column: "create_time");

            migrationBuilder.CreateIndex(
                name: "IX_runs_account_id_kind_subject_id_run_id",
                table: "runs",
                columns: new[] { "account_id", "kind", "subject_id", "run_id" });

            migrationBuilder.CreateIndex(
                name: "IX_runs_run_id",
                table: "runs",
                column: "run_id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_runs_state_run_id",
                table: "runs",
                columns: new[] { "state", "run_id" });

            migrationBuilder.CreateIndex(
                name: "ix_segments_name_key",
                table: "segments",
                columns: new[] { "account_id", "name_key" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_views_name_key",
                table: "views",
                columns: new[] { "account_id", "name_key" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_views_segment",
                table: "views",
                columns: new[] { "account_id", "segment_id" });

            // Added by hand. A file is written and read once: compressing its pieces would cost more than it saves.
            migrationBuilder.Sql("ALTER TABLE import_chunks ALTER COLUMN data SET STORAGE EXTERNAL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "api_keys");

            migrationBuilder.DropTable(
                name: "bulk_run_pieces");

            migrationBuilder.DropTable(
                name: "bulk_runs");

            migrationBuilder.DropTable(
                name: "contact_deliverability");

            migrationBuilder.DropTable(
                name: "contact_enrollments");

            migrationBuilder.DropTable(
                name: "contact_event_blocks");

            migrationBuilder.DropTable(
                name: "contact_events");

            migrationBuilder.DropTable(
                name: "contact_field_values");

            migrationBuilder.DropTable(
                name: "contact_list_members");

            migrationBuilder.DropTable(
                name: "contact_merges");

            migrationBuilder.DropTable(
                name: "contact_outreach");

            migrationBuilder.DropTable(
                name: "contact_stages");

            migrationBuilder.DropTable(
                name: "feed_positions");

            migrationBuilder.DropTable(
                name: "funnel_defaults");

            migrationBuilder.DropTable(
                name: "import_changes");

            migrationBuilder.DropTable(
                name: "import_chunks");

            migrationBuilder.DropTable(
                name: "import_creations");

            migrationBuilder.DropTable(
                name: "import_errors");

            migrationBuilder.DropTable(
                name: "import_undo_results");

            migrationBuilder.DropTable(
                name: "import_undos");

            migrationBuilder.DropTable(
                name: "import_values");

            migrationBuilder.DropTable(
                name: "imports");

            migrationBuilder.DropTable(
                name: "label_members");

            migrationBuilder.DropTable(
                name: "lead_score_entries");

            migrationBuilder.DropTable(
                name: "merged_addresses");

            migrationBuilder.DropTable(
                name: "outbox");

            migrationBuilder.DropTable(
                name: "rebuilt_contact_deliverability");

            migrationBuilder.DropTable(
                name: "rebuilt_contact_enrollments");

            migrationBuilder.DropTable(
                name: "rebuilt_contact_outreach");

            migrationBuilder.DropTable(
                name: "rebuilt_contact_stages");

            migrationBuilder.DropTable(
                name: "rebuilt_funnel_defaults");

            migrationBuilder.DropTable(
                name: "requests");

            migrationBuilder.DropTable(
                name: "runs");

            migrationBuilder.DropTable(
                name: "segment_snapshot_members");

            migrationBuilder.DropTable(
                name: "segment_snapshots");

            migrationBuilder.DropTable(
                name: "signing_keys");

            migrationBuilder.DropTable(
                name: "suppressions");

            migrationBuilder.DropTable(
                name: "tombstones");

            migrationBuilder.DropTable(
                name: "views");

            migrationBuilder.DropTable(
                name: "custom_fields");

            migrationBuilder.DropTable(
                name: "contact_lists");

            migrationBuilder.DropTable(
                name: "labels");

            migrationBuilder.DropTable(
                name: "contacts");

            migrationBuilder.DropTable(
                name: "segments");

            migrationBuilder.DropSequence(
                name: "ids");
        }
    }
}
