import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.RequestUtils;
import org.apache.kafka.common.requests.ResponseHeader;

/**
 * Members of groups of the kinds that only Java clients can be: `Members BOOTSTRAP kind:group:topic:count...`.
 * Each reads a number of messages, commits them, says `ready kind:group` and stays until standard input ends.
 * With `count` 0 it reads and commits nothing.
 */
public class Members {
	static volatile boolean ended = false;

	public static void main(String[] args) throws Exception {
		for (int i = 1; i < args.length; i++) {
			String[] parts = args[i].split(":");
			String bootstrap = args[0], kind = parts[0], group = parts[1], topic = parts[2];
			int count = Integer.parseInt(parts[3]);
			Thread thread = new Thread(() -> {
				try {
					if (kind.equals("share")) share(bootstrap, group, topic, count);
					else if (kind.equals("streams")) streams(bootstrap, group, topic, count);
					else consumer(bootstrap, kind, group, topic, count);
				} catch (Exception e) {
					e.printStackTrace();
					System.exit(1);
				}
			});
			thread.start();
		}
		while (System.in.read() != -1) {}
		ended = true;
	}

	static void ready(String kind, String group) {
		System.out.println("ready " + kind + ":" + group);
	}

	static Map<String, Object> config(String bootstrap, String group) {
		String bytes = "org.apache.kafka.common.serialization.ByteArrayDeserializer";
		return new java.util.HashMap<>(Map.of("bootstrap.servers", bootstrap, "group.id", group,
			"key.deserializer", bytes, "value.deserializer", bytes, "max.poll.records", "10"));
	}

	static void consumer(String bootstrap, String kind, String group, String topic, int count) {
		Map<String, Object> config = config(bootstrap, group);
		config.put("group.protocol", kind);
		config.put("enable.auto.commit", "false");
		config.put("auto.offset.reset", count == 0 ? "latest" : "earliest");
		try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(config)) {
			consumer.subscribe(List.of(topic));
			int seen = 0;
			boolean told = false;
			while (!ended) {
				// Paused once it has read enough, so that lag stays.
				if (told && count > 0) consumer.pause(consumer.assignment());
				int got = consumer.poll(Duration.ofMillis(100)).count();
				seen += got;
				if (got > 0 && count > 0) consumer.commitSync();
				if (!told && seen >= count && !consumer.assignment().isEmpty()) {
					told = true;
					ready(kind, group);
				}
			}
		}
	}

	static void share(String bootstrap, String group, String topic, int count) throws Exception {
		try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
			ConfigResource resource = new ConfigResource(ConfigResource.Type.GROUP, group);
			Collection<AlterConfigOp> ops = List.of(
				new AlterConfigOp(new ConfigEntry("share.auto.offset.reset", "earliest"), AlterConfigOp.OpType.SET));
			admin.incrementalAlterConfigs(Map.of(resource, ops)).all().get();
		}
		try (KafkaShareConsumer<byte[], byte[]> consumer = new KafkaShareConsumer<>(config(bootstrap, group))) {
			consumer.subscribe(List.of(topic));
			int seen = 0;
			while (!ended && seen < count) {
				seen += consumer.poll(Duration.ofMillis(100)).count();
				consumer.commitSync();
			}
			ready("share", group);
			while (!ended) {
				if (count == 0) consumer.poll(Duration.ofMillis(100));
				else Thread.sleep(50);
			}
		}
	}

	/** Speaks the protocol of KIP-1071 itself: the jars of a broker hold no Kafka Streams. */
	static void streams(String bootstrap, String group, String topic, int count) throws Exception {
		String[] address = bootstrap.split(":");
		try (Socket socket = new Socket(address[0], Integer.parseInt(address[1]))) {
			String member = org.apache.kafka.common.Uuid.randomUuid().toString();
			int epoch = 0;
			boolean told = false;
			List<StreamsGroupHeartbeatRequestData.TaskIds> tasks = List.of();
			while (!ended) {
				StreamsGroupHeartbeatRequestData heartbeat = new StreamsGroupHeartbeatRequestData()
					.setGroupId(group).setMemberId(member).setMemberEpoch(epoch).setProcessId("p")
					.setRebalanceTimeoutMs(5000).setActiveTasks(tasks).setStandbyTasks(List.of()).setWarmupTasks(List.of())
					.setClientTags(List.of());
				if (epoch == 0) {
					heartbeat.setTopology(new StreamsGroupHeartbeatRequestData.Topology().setEpoch(0).setSubtopologies(List.of(
						new StreamsGroupHeartbeatRequestData.Subtopology().setSubtopologyId("0").setSourceTopics(List.of(topic)))));
				}
				StreamsGroupHeartbeatResponseData answer = new StreamsGroupHeartbeatResponseData(
					new ByteBufferAccessor(call(socket, ApiKeys.STREAMS_GROUP_HEARTBEAT, (short) 0, heartbeat)), (short) 0);
				if (answer.errorCode() != 0) throw new IllegalStateException(answer.errorMessage());
				epoch = answer.memberEpoch();
				if (answer.activeTasks() != null) {
					tasks = answer.activeTasks().stream().map(task -> new StreamsGroupHeartbeatRequestData.TaskIds()
						.setSubtopologyId(task.subtopologyId()).setPartitions(task.partitions())).toList();
				}
				if (!told && !tasks.isEmpty()) {
					told = true;
					if (count > 0) commit(socket, group, member, epoch, topic, count);
					ready("streams", group);
				}
				Thread.sleep(100);
			}
		}
	}

	static void commit(Socket socket, String group, String member, int epoch, String topic, int count) throws Exception {
		OffsetCommitRequestData request = new OffsetCommitRequestData()
			.setGroupId(group).setMemberId(member).setGenerationIdOrMemberEpoch(epoch)
			.setTopics(List.of(new OffsetCommitRequestData.OffsetCommitRequestTopic().setName(topic)
				.setPartitions(List.of(new OffsetCommitRequestData.OffsetCommitRequestPartition()
					.setPartitionIndex(0).setCommittedOffset(count)))));
		OffsetCommitResponseData answer = new OffsetCommitResponseData(
			new ByteBufferAccessor(call(socket, ApiKeys.OFFSET_COMMIT, (short) 9, request)), (short) 9);
		short code = answer.topics().get(0).partitions().get(0).errorCode();
		if (code != 0) throw new IllegalStateException("OffsetCommit answers error " + code);
	}

	static ByteBuffer call(Socket socket, ApiKeys api, short version, ApiMessage request) throws Exception {
		RequestHeader header = new RequestHeader(api, version, "members", 1);
		ByteBuffer bytes = RequestUtils.serialize(header.data(), header.headerVersion(), request, version);
		DataOutputStream out = new DataOutputStream(socket.getOutputStream());
		out.writeInt(bytes.remaining());
		out.write(bytes.array(), bytes.position(), bytes.remaining());
		DataInputStream in = new DataInputStream(socket.getInputStream());
		ByteBuffer answer = ByteBuffer.wrap(in.readNBytes(in.readInt()));
		ResponseHeader.parse(answer, api.responseHeaderVersion(version));
		return answer;
	}
}
