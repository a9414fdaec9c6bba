using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ContactPlatform.Contacts.Migrations.SqlServer
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // Added by hand: a label's members are streamed from one snapshot, without holding writers up.
            migrationBuilder.Sql("ALTER DATABASE CURRENT SET ALLOW_SNAPSHOT_ISOLATION ON", suppressTransaction: true);

            migrationBuilder.CreateSequence(
                name: "ids",
                incrementBy: 1000);

            migrationBuilder.CreateTable(
                name: "api_keys",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    api_key_id = table.Column<long>(type: "bigint", nullable: false),
                    display_name = table.Column<string>(type: "nvarchar(100)", maxLength: 100, nullable: false),
                    scopes = table.Column<string>(type: "nvarchar(200)", maxLength: 200, nullable: false),
                    prefix = table.Column<string>(type: "nvarchar(11)", maxLength: 11, nullable: false),
                    hash = table.Column<byte[]>(type: "varbinary(32)", maxLength: 32, nullable: false),
                    create_time = table.Column<DateTime>(type: "datetime2", nullable: false),
                    revoke_time = table.Column<DateTime>(type: "datetime2", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_api_keys", x => new { x.account_id, x.api_key_id });
                });

            migrationBuilder.CreateTable(
                name: "contacts",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    contact_id = table.Column<long>(type: "bigint", nullable: false),
                    email = table.Column<string>(type: "nvarchar(254)", maxLength: 254, nullable: true, collation: "Latin1_General_100_BIN2"),
                    phone = table.Column<string>(type: "nvarchar(16)", maxLength: 16, nullable: true, collation: "Latin1_General_100_BIN2"),
                    given_name = table.Column<string>(type: "nvarchar(200)", maxLength: 200, nullable: false),
                    family_name = table.Column<string>(type: "nvarchar(200)", maxLength: 200, nullable: false),
                    time_zone = table.Column<string>(type: "nvarchar(64)", maxLength: 64, nullable: false),
                    record_state = table.Column<short>(type: "smallint", nullable: false),
                    source = table.Column<string>(type: "nvarchar(200)", maxLength: 200, nullable: false),
                    subscribed_time = table.Column<DateTime>(type: "datetime2", nullable: true),
                    owner = table.Column<string>(type: "nvarchar(200)", maxLength: 200, nullable: false),
                    lead_score = table.Column<int>(type: "int", nullable: false),
                    create_time = table.Column<DateTime>(type: "datetime2", nullable: false),
                    update_time = table.Column<DateTime>(type: "datetime2", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_contacts", x => new { x.account_id, x.contact_id });
                    table.CheckConstraint("ck_contacts_reachable", "email IS NOT NULL OR phone IS NOT NULL");
                });

            migrationBuilder.CreateTable(
                name: "feed_positions",
                columns: table => new
                {
                    source = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    position = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    apply_time = table.Column<DateTime>(type: "datetime2", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_feed_positions", x => x.source);
                });

            migrationBuilder.CreateTable(
                name: "labels",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    label_id = table.Column<long>(type: "bigint", nullable: false),
                    display_name = table.Column<string>(type: "nvarchar(100)", maxLength: 100, nullable: false),
                    name_key = table.Column<string>(type: "nvarchar(300)", maxLength: 300, nullable: false, collation: "Latin1_General_100_BIN2"),
                    create_time = table.Column<DateTime>(type: "datetime2", nullable: false),
                    update_time = table.Column<DateTime>(type: "datetime2", nullable: false),
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
                        .Annotation("SqlServer:Identity", "1, 1"),
                    row_version = table.Column<byte[]>(type: "rowversion", rowVersion: true, nullable: false),
                    payload = table.Column<byte[]>(type: "varbinary(max)", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_outbox", x => new { x.account_id, x.change_id });
                });

            migrationBuilder.CreateTable(
                name: "requests",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    method = table.Column<string>(type: "nvarchar(60)", maxLength: 60, nullable: false),
                    request_id = table.Column<string>(type: "nvarchar(64)", maxLength: 64, nullable: false),
                    body_hash = table.Column<byte[]>(type: "varbinary(32)", maxLength: 32, nullable: false),
                    result_id = table.Column<long>(type: "bigint", nullable: false),
                    create_time = table.Column<DateTime>(type: "datetime2", nullable: false)
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
                    kind = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    subject_id = table.Column<long>(type: "bigint", nullable: false),
                    state = table.Column<int>(type: "int", nullable: false),
                    epoch = table.Column<long>(type: "bigint", nullable: false),
                    cursor_id = table.Column<long>(type: "bigint", nullable: false),
                    total_count = table.Column<long>(type: "bigint", nullable: false),
                    done_count = table.Column<long>(type: "bigint", nullable: false),
                    changed_count = table.Column<long>(type: "bigint", nullable: false),
                    unchanged_count = table.Column<long>(type: "bigint", nullable: false),
                    skip_counts = table.Column<string>(type: "nvarchar(1000)", maxLength: 1000, nullable: false),
                    create_time = table.Column<DateTime>(type: "datetime2", nullable: false),
                    start_time = table.Column<DateTime>(type: "datetime2", nullable: true),
                    set_time = table.Column<DateTime>(type: "datetime2", nullable: true),
                    end_time = table.Column<DateTime>(type: "datetime2", nullable: true),
                    actor_kind = table.Column<short>(type: "smallint", nullable: false),
                    actor_subject = table.Column<string>(type: "nvarchar(200)", maxLength: 200, nullable: false),
                    actor_name = table.Column<string>(type: "nvarchar(200)", maxLength: 200, nullable: false),
                    failure_reason = table.Column<string>(type: "nvarchar(60)", maxLength: 60, nullable: false),
                    message = table.Column<string>(type: "nvarchar(500)", maxLength: 500, nullable: false),
                    cancel_requested = table.Column<bool>(type: "bit", nullable: false),
                    trace_parent = table.Column<string>(type: "nvarchar(60)", maxLength: 60, nullable: false),
                    broken_attempts = table.Column<int>(type: "int", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_runs", x => new { x.account_id, x.run_id });
                });

            migrationBuilder.CreateTable(
                name: "signing_keys",
                columns: table => new
                {
                    key_number = table.Column<long>(type: "bigint", nullable: false),
                    key_id = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    private_key = table.Column<byte[]>(type: "varbinary(500)", maxLength: 500, nullable: false),
                    create_time = table.Column<DateTime>(type: "datetime2", nullable: false),
                    activate_time = table.Column<DateTime>(type: "datetime2", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_signing_keys", x => x.key_number);
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

            migrationBuilder.CreateIndex(
                name: "IX_api_keys_hash",
                table: "api_keys",
                column: "hash",
                unique: true);

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
                name: "ix_label_members_contact",
                table: "label_members",
                columns: new[] { "account_id", "contact_id" });

            migrationBuilder.CreateIndex(
                name: "ix_labels_name_key",
                table: "labels",
                columns: new[] { "account_id", "name_key" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_outbox_row_version_change_id",
                table: "outbox",
                columns: new[] { "row_version", "change_id" });

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
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "api_keys");

            migrationBuilder.DropTable(
                name: "feed_positions");

            migrationBuilder.DropTable(
                name: "label_members");

            migrationBuilder.DropTable(
                name: "outbox");

            migrationBuilder.DropTable(
                name: "requests");

            migrationBuilder.DropTable(
                name: "runs");

            migrationBuilder.DropTable(
                name: "signing_keys");

            migrationBuilder.DropTable(
                name: "contacts");

            migrationBuilder.DropTable(
                name: "labels");

            migrationBuilder.DropSequence(
                name: "ids");
        }
    }
}
